"""Members on hold over HTTP."""
