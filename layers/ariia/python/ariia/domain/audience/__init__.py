"""Whom a target means: segments, filters, and counting them."""
