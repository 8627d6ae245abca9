"""Unit tests of the room single messages."""
