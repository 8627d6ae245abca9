"""The authenticated HTTP API."""
