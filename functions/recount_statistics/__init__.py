"""Counts one shard of a large audience for the preflight."""
