"""Follow-ups over HTTP."""
