"""The components of the OpenAPI document: what has a name in it, as generators of clients need it."""
