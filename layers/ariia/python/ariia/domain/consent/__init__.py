"""Who may be sent to, and the double opt-in."""
