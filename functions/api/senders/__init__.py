"""Sender domains over HTTP."""
