"""Importing members from files."""
