"""Drafting, reviewing and scheduling campaigns."""
