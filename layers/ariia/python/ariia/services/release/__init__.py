"""Releasing planned batches to the queue, and ending runs."""
