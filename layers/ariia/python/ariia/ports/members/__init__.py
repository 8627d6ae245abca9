"""What the room members asks of the world."""
