"""Pages that members open from a message; no login."""
