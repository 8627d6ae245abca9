"""Unit tests of the room test sends."""
