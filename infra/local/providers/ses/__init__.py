"""Amazon SES v2, simulated."""
