"""Stories of members: consent, files, privacy."""
