"""Unit tests of the room statistics."""
