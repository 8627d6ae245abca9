"""What requests and responses look like. pydantic lives here and nowhere else."""
