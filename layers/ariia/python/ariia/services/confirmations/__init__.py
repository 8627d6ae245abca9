"""Asking members to confirm their address."""
