"""Providers, one module each. None of them is ever retried by its SDK."""
