"""Messages to one member, through the same send path as campaigns."""
