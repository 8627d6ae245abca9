"""Work on shards in memory."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.audience.count_job import CountTask
from ariia.domain.audience.segment_task import SegmentTask
from ariia.ports.shard_work import ShardTask, ShardWork


class MemoryShardWork(ShardWork):
    """ShardWork as lists that a test works off."""

    def __init__(self) -> None:
        self.waiting: list[CountTask] = []
        self.lists: list[SegmentTask] = []

    def start(self, tasks: Sequence[ShardTask]) -> None:
        for task in tasks:
            if isinstance(task, SegmentTask):
                self.lists.append(task)
            elif isinstance(task, CountTask):
                self.waiting.append(task)

    def go_on(self, tasks: Sequence[ShardTask]) -> None:
        self.start(tasks)
