"""Counting a campaign's ledger anew, and correcting its counters by what they differ.

A pass compares the ledger with the counters at a moment when these hold exactly what the ledger held while it was read:

1. How often each counter of the campaign was written is kept. The ledger is read.
2. A mark is put into every partition of the campaign, and waited for. It comes through the stream behind all changes
   that were there before it, so what changed before or while the ledger was read is counted then.
3. If no counter of the campaign was written since 1, nothing changed while the ledger was read, and all that had
   changed before was counted. Otherwise the pass was for nothing.

The other campaigns of the stage do not matter. The correction is added, not put in place: what is counted
from 3 on adds up with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.statistics.counts import Counts, add, row_counts
from ariia.domain.statistics.recount import correction
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, RecountLedger
from ariia.ports.statistics import StatisticsStore

# How long the stream may take to bring a mark back; in a healthy stage it is a second.
_STREAM_MS = 60_000
_LOOK_SECONDS = 0.5


class StreamBehindError(Exception):
    """The ledger's stream did not bring back the marks in time: nothing can be said of the counters."""


class Recounting:
    """One pass at a time. It may be killed anywhere, and run twice or beside another."""

    def __init__(self, ledger: RecountLedger, store: StatisticsStore, clock: Clock, rest_seconds: int) -> None:
        self._ledger, self._store, self._clock, self._rest = ledger, store, clock, rest_seconds

    def correct(self, campaign: Dispatch) -> Counts | None:
        """What the counters were corrected by, empty when they were right; None when they moved meanwhile and nothing
        can be said. StreamBehindError when the stream is not counted within a minute."""
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        before = self._store.state(campaign.key)
        counted = self._count(partitions)
        self._wait_for_stream(campaign.key, partitions)
        now = self._store.state(campaign.key)
        if now.writes != before.writes:
            return None
        changes = correction(counted, now.sums)
        return changes if self._store.correct(campaign.key, changes, now) else None

    def _count(self, partitions: Sequence[Partition]) -> Counts:
        counts: Counts = {}
        for partition in partitions:
            for row in self._ledger.counted_rows(partition):
                add(counts, row_counts(row))
        return counts

    def _wait_for_stream(self, key: str, partitions: Sequence[Partition]) -> None:
        """Returns when what was in the ledger is counted. DynamoDB keeps the order of one item's changes, and that of
        a partition's as long as it is not split; the rest is for what such a split may bring late."""
        now = self._clock.now()
        marks = {partition.shard: self._ledger.put_mark(partition, now) for partition in partitions}
        ends_at = now + _STREAM_MS
        while not self._is_counted(key, marks):
            if self._clock.now() >= ends_at:
                raise StreamBehindError(f"marks of {key} are not counted after {_STREAM_MS} ms")
            self._clock.sleep(_LOOK_SECONDS)
        self._clock.sleep(self._rest)

    def _is_counted(self, key: str, marks: dict[int, int]) -> bool:
        seen = self._store.marks(key)
        return all(seen.get(shard, 0) >= mark for shard, mark in marks.items())
