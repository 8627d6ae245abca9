"""Members over HTTP."""
