"""Wakes up one series when its schedule says so."""
