"""Recording what the provider's events say."""
