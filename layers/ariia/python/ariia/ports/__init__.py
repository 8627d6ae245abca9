"""What the services need from the world, as small protocols."""
