"""Tenants, quotas and usage."""
