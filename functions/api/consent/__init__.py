"""Suppressions and the audit trail over HTTP."""
