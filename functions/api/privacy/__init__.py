"""Exports and erasures over HTTP."""
