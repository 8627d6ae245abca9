"""Templates and the checks of content."""
