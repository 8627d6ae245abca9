"""The preflight over HTTP."""
