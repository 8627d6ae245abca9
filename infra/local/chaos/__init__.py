"""A campaign on the laptop stack while its functions are killed and the provider misbehaves, and who is missing."""
