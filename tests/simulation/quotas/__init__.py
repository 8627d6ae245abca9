"""Plan limits under faults: requests that race for the last unit, come twice, and are killed anywhere."""
