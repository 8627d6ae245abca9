"""Contracts of the stores of members."""
