"""One module of operations per resource."""
