"""Jinja2, fenced in and metered."""
