"""Series of campaigns."""
