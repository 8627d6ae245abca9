"""Unit tests of the room planning."""
