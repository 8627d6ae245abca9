"""Started every few minutes: finds what should have begun by itself and has not."""
