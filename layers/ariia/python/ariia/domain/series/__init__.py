"""Campaigns that recur."""
