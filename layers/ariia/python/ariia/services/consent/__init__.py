"""Consent, suppressions and the double opt-in."""
