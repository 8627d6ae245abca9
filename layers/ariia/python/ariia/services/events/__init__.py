"""Events of members."""
