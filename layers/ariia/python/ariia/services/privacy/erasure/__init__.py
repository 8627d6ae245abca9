"""Erasing a member, step by step."""
