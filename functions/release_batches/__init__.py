"""Task of campaign_run: one round of release and settle."""
