"""Events of members over HTTP."""
