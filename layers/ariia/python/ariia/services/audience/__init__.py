"""Segments and counts of audiences."""
