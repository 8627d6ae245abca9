"""Single messages under faults: schedules that fire twice and late, cancels that race them, processes that die."""
