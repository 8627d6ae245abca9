"""What a campaign comes to before it is sent."""
