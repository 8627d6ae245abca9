"""Unit tests of the room preflight."""
