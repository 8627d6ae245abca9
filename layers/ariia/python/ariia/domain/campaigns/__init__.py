"""The campaign and what decides about it."""
