"""Simulated providers of the laptop stack, each in its own folder, with one inbox to look at what was sent."""
