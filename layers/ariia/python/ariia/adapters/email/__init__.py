"""E-mail over SES."""
