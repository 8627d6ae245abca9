"""Unit tests of the room gate."""
