"""Where counters rest, and what a recount is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.statistics.counts import Counts, add
from ariia.ports.ledger.ledger import Partition


@dataclass(frozen=True)
class LedgerChange:
    """One record of the ledger's stream: its place in the stream (zero-padded), and a counted row of this partition
    before and after it, None where there was or is none. `mark` in place of rows: the partition's mark by then."""

    sequence: str
    partition: Partition
    before: CountedRow | None = None
    after: CountedRow | None = None
    mark: int = 0


@dataclass
class Fold:
    """What a run of stream records adds up to: changes by the key that they are counted under, and the latest mark by
    that key and shard, up to a sequence number (zero-padded)."""

    stream_shard: str
    watermark: str
    changes: dict[str, Counts] = field(default_factory=dict)
    marks: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Notes the items that applying it will touch, beside the watermark's."""
        groups = {(key, group) for key, counts in self.changes.items() for group, _ in counts}
        self.places: set[tuple[str, str | int]] = groups | set(self.marks)

    def include(self, other: Fold) -> None:
        """Makes one of both; `other` comes later in the stream."""
        self.watermark = other.watermark
        self.places |= other.places
        for key, counts in other.changes.items():
            add(self.changes.setdefault(key, {}), counts)
        self.marks.update(other.marks)


@dataclass(frozen=True)
class CounterState:
    """Everything counted under one key at one moment: the sums by (group, fact), what corrections have added to them,
    and how often each item was written. Equal `writes` mean that nothing was counted or corrected in between."""

    sums: Mapping[tuple[str, str], int]
    corrections: Mapping[tuple[str, str], int]
    writes: Mapping[str, int]


class StatisticsStore(Protocol):
    """Counters by (key, group, writer); each fold is counted once."""

    def watermark(self, stream_shard: str) -> str:
        """The last sequence number that was counted, zero-padded; empty when none was. Strongly consistent."""
        ...

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        """Adds the changes and moves the watermark in one transaction; False when the watermark is another by now, or
        another writer was at one of the items in the same moment: nothing is written then."""
        ...

    def read(self, key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        """The sums over all writers by (group, name), of the groups whose names begin with `groups`."""
        ...

    def marks(self, key: str) -> Mapping[int, int]:
        """Up to which mark each shard's records are counted, by shard; strongly consistent."""
        ...

    def state(self, key: str) -> CounterState:
        """All counters of a key, strongly consistent."""
        ...

    def correct(self, key: str, changes: Counts, seen: CounterState) -> bool:
        """Adds `changes` to the sums, each group in its correcting item and the totals of all lanes at once; False when
        another correction came after `seen`. What of the other groups was written until then stays."""
        ...


class RecountWork(Protocol):
    """Has recount_statistics work."""

    def start(self, tenant_id: str, campaign_id: str, run: str) -> None:
        """Begins soon, at least once; raises TransientError when it may not be begun."""
        ...
