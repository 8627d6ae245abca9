"""The message as it leaves."""
