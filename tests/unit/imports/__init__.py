"""Unit tests of the room imports."""
