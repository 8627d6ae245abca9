"""Unit tests of the room campaigns."""
