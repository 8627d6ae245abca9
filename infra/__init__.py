"""The deployment: stages, constructs and the five stacks of the engine."""
