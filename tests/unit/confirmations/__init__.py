"""Unit tests of the room confirmations."""
