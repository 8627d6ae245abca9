"""Provider simulator of the laptop stack: Amazon SES v2, its events, and an inbox to look at what was sent."""
