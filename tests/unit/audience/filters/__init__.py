"""Unit tests of the room filters."""
