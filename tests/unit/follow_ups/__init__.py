"""Unit tests of the room follow ups."""
