"""Follow-ups of a chat."""
