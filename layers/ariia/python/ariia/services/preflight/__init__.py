"""The preflight of a campaign."""
