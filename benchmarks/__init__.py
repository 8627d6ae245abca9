"""What the engine costs in CPU, calls and dollars, measured against a stub of AWS in another process."""
