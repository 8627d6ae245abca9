"""Sender domains."""
