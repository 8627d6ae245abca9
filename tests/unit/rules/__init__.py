"""Unit tests of the room rules."""
