"""The tenant, its plan and its quotas."""
