"""Unit tests of the room sending."""
