"""Members one by one."""
