"""Composition roots: one module per function, each with `build(settings)`. Only these know the adapters."""
