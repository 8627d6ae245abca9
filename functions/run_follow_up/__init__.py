"""Looks after one follow-up when its schedule says so."""
