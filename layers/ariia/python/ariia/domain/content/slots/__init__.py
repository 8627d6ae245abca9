"""A content compiled once, filled for each recipient."""
