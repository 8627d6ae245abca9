"""Scheduled campaigns under faults: schedules that fire twice, late, never, or were made for nothing."""
