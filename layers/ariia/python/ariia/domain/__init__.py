"""Pure rules of the engine: no I/O, no clock, no AWS."""
