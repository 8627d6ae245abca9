"""Batches, entries, receipts: what happened to each recipient."""
