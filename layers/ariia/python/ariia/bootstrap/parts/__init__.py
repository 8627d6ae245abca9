"""Parts that several composition roots share."""
