"""Unit tests of the room ledger."""
