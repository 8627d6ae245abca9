"""Unit tests of the room senders."""
