"""Unit tests of the room ground."""
