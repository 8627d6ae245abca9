"""What every request passes: routing, callers, validation, errors, paging."""
