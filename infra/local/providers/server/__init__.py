"""HTTP on the loopback interface: what every simulated provider is reached through."""
