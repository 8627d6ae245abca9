"""Tenants, settings and usage over HTTP."""
