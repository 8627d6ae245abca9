"""Task of campaign_run: writes the audience into batches."""
