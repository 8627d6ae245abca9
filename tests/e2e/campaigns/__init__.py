"""Stories of campaigns and single messages."""
