"""A small stand-in for AWS that answers quickly and counts everything: calls, bytes, capacity units."""
