"""Series under faults: schedules that fire twice, late or never, and people who pause and resume."""
