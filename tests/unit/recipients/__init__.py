"""Unit tests of the room recipients."""
