"""Sending a batch: claim, last look, compose, call, outcome."""
