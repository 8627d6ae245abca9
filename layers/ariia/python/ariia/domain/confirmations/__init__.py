"""The e-mails of a double opt-in."""
