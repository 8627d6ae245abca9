"""Sending a batch: claim, eligibility check, compose, call, outcome."""
