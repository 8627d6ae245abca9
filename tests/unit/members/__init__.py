"""Unit tests of the room members."""
