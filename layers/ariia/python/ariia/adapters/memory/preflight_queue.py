"""The preflight queue in memory."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.preflight_job import CountTask
from ariia.domain.segment_task import SegmentTask
from ariia.ports.preflight import ShardTask


class MemoryPreflightQueue:
    """A list that a test works off."""

    def __init__(self) -> None:
        self.waiting: list[CountTask] = []
        self.lists: list[SegmentTask] = []

    def put(self, tasks: Sequence[ShardTask]) -> None:
        """See PreflightQueue."""
        for task in tasks:
            if isinstance(task, SegmentTask):
                self.lists.append(task)
            elif isinstance(task, CountTask):
                self.waiting.append(task)
