"""Recipients over HTTP."""
