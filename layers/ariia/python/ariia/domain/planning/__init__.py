"""Cutting an audience into batches by lane."""
