"""The world that the engine is simulated in."""
