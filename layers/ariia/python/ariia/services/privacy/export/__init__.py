"""Exporting a member's data."""
