"""Unit tests of the room tenants."""
