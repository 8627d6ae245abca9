"""Files of members: formats, columns, jobs."""
