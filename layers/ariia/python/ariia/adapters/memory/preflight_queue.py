"""The preflight queue in memory."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.preflight_job import CountTask


class MemoryPreflightQueue:
    """A list that a test works off."""

    def __init__(self) -> None:
        self.waiting: list[CountTask] = []

    def put(self, tasks: Sequence[CountTask]) -> None:
        """See PreflightQueue."""
        self.waiting.extend(tasks)
