"""Queues, schedules, buckets, secrets and invocations on AWS."""
