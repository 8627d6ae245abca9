"""The main job, end to end on the laptop stack, told while it happens."""
