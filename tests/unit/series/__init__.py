"""Unit tests of the room series."""
