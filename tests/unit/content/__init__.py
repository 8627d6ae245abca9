"""Unit tests of the room content."""
