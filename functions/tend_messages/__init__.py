"""Brings single messages on when their looks are due."""
