"""The ledger with its stream, and the function that reads the stream: in order by shard, again after a failure, and
now and then once more from further back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ariia.domain.ledger.batch import Batch, BatchKey, Claim, Entry
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.receipt import Receipt
from ariia.ports.ledger.ledger import Partition, PlanPage, ReceiptKey
from ariia.ports.statistics import LedgerChange
from tests.doubles.ledger import MemoryLedger
from tests.simulation.world.faults import Chance
from tests.simulation.world.scheduler import Scheduler, Task

STREAM_SHARDS = 2
_TIMEOUT_MS = 60_000


class StreamedLedger(MemoryLedger):
    """The ledger in memory; every change of a batch or a receipt becomes a record of its partition's stream shard."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[list[LedgerChange]] = [[] for _ in range(STREAM_SHARDS)]
        self.on_record: Callable[[int], None] = lambda shard: None

    def commit_page(self, page: PlanPage) -> bool:
        if not super().commit_page(page):
            return False
        for batch in page.batches:
            self._record(page.partition, None, _batch_row(batch))
        return True

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        with self._recorded(batch.key):
            return super().rewrite(batch, seen)

    def claim(self, key: BatchKey, token: str, size: int, lease_until: int) -> Batch | None:
        with self._recorded(key):
            return super().claim(key, token, size, lease_until)

    def write_outcome(
        self, batch: Batch, claim: Claim, entries: Sequence[Entry], writer: str, wait_until: int | None = None
    ) -> bool:
        with self._recorded(batch.key):
            return super().write_outcome(batch, claim, entries, writer, wait_until)

    def merge_receipt(self, key: ReceiptKey, facts: Receipt) -> None:
        before = self._receipt(key)
        super().merge_receipt(key, facts)
        after = self._receipt(key)
        if after != before:
            self._record(key.partition, before, after)

    def delete_receipts(self, partition: Partition, member_id: str) -> None:
        places = [ReceiptKey(partition, *one) for one in self.receipts.get(partition.key, {}) if one[0] == member_id]
        gone = [self._receipt(key) for key in places]
        super().delete_receipts(partition, member_id)
        for row in gone:
            self._record(partition, row, None)

    def put_mark(self, partition: Partition, at: int) -> int:
        mark = super().put_mark(partition, at)
        self._record(partition, None, None, mark)
        return mark

    @contextmanager
    def _recorded(self, key: BatchKey) -> Iterator[None]:
        before = self._batch(key)
        yield
        self._record(Partition(key.tenant_id, key.campaign_id, key.shard), before, self._batch(key))

    def _batch(self, key: BatchKey) -> CountedRow | None:
        batch = self._find(key)
        return _batch_row(batch) if batch else None

    def _receipt(self, key: ReceiptKey) -> CountedRow | None:
        receipt = self.receipts.get(key.partition.key, {}).get((key.member_id, key.message))
        return CountedRow(key.message, receipt) if receipt else None

    def _record(self, partition: Partition, before: CountedRow | None, after: CountedRow | None, mark: int = 0) -> None:
        shard = partition.shard % STREAM_SHARDS
        records = self.records[shard]
        records.append(LedgerChange(f"{len(records) + 1:040d}", partition, before, after, mark))
        self.on_record(shard)


def _batch_row(batch: Batch) -> CountedRow:
    return CountedRow(batch.key.lane, tuple(batch.entries))


class StreamReader:
    """The event source mapping of a stream: one invocation at a time for each shard."""

    def __init__(
        self,
        scheduler: Scheduler,
        chance: Chance,
        ledger: StreamedLedger,
        count: Callable[[str, Sequence[LedgerChange]], object],
        replayed: float,
    ) -> None:
        self._scheduler, self._chance, self._ledger, self._count = scheduler, chance, ledger, count
        self._replayed = replayed
        self._positions = [0] * STREAM_SHARDS
        self._busy = [False] * STREAM_SHARDS
        ledger.on_record = self.wake

    def wake(self, shard: int) -> None:
        """Reads soon, if nobody does."""
        if not self._busy[shard]:
            self._busy[shard] = True
            self._scheduler.after(self._scheduler.random.random() * 30_000, lambda: self._read(shard))

    def _read(self, shard: int) -> None:
        records, start = self._ledger.records[shard], self._positions[shard]
        if self._chance.happens(f"replay {shard} {start} {self._scheduler.now}", self._replayed):
            start = int(start * self._scheduler.random.random())
        size = 1 + int(self._scheduler.random.random() * 60)
        some = records[start : start + size]
        self._scheduler.spawn(
            "aggregate_stats",
            lambda: self._count(f"shard-{shard}", some),
            lasts_ms=_TIMEOUT_MS,
            on_end=lambda task: self._ended(shard, start + len(some), task),
        )

    def _ended(self, shard: int, position: int, task: Task) -> None:
        if task.error is None:
            self._positions[shard] = max(self._positions[shard], position)
        self._busy[shard] = False
        if self._positions[shard] < len(self._ledger.records[shard]):
            self.wake(shard)
