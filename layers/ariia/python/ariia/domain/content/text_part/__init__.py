"""The text part that is derived from HTML."""
