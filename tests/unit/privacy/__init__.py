"""Unit tests of the room privacy."""
