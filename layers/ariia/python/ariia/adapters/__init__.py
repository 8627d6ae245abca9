"""The edge: what the ports ask for, on AWS and in memory."""
