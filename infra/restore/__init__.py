"""Puts one table of a stage back to what it was at an instant."""
