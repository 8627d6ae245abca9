"""Stories of the API, its callers and its pages."""
