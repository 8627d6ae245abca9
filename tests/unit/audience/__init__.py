"""Unit tests of the room audience."""
