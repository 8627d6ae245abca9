"""What members may ask for: their data, and to be forgotten."""
