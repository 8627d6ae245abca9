"""Components of the document."""
