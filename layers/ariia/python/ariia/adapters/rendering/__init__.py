"""Rendering templates behind a guard."""
