"""Unit tests of the room consent."""
