"""Counters in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import RLock

from ariia.domain.statistics.counted_under import RECOUNT, writer_of
from ariia.domain.statistics.counts import LANES, Counts, by_group
from ariia.ports.statistics import CounterState, Fold, StatisticsStore


class MemoryStatistics(StatisticsStore):
    """Applies each fold in one step. An item is a group and its writer."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._watermarks: dict[str, str] = {}
        self.items: dict[str, dict[tuple[str, str], Counter[str]]] = {}
        self._writes: dict[str, Counter[str]] = {}
        self._marks: dict[str, dict[int, int]] = {}

    def watermark(self, stream_shard: str) -> str:
        return self._watermarks.get(stream_shard, "")

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        with self._lock:
            if self.watermark(fold.stream_shard) != expected_watermark:
                return False
            for key, counts in fold.changes.items():
                for group, facts in by_group(counts).items():
                    self._add(key, group, writer_of(key, fold.stream_shard), facts)
            for (key, shard), mark in fold.marks.items():
                self._marks.setdefault(key, {})[shard] = mark
            self._watermarks[fold.stream_shard] = fold.watermark
            return True

    def read(self, key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        with self._lock:
            return self._sums(key, groups)

    def marks(self, key: str) -> Mapping[int, int]:
        return dict(self._marks.get(key, {}))

    def state(self, key: str) -> CounterState:
        with self._lock:
            writes = dict(self._writes.get(key, {}))
            return CounterState(self._sums(key, ""), self._sums(key, "", RECOUNT), writes)

    def correct(self, key: str, changes: Counts, seen: CounterState) -> bool:
        with self._lock:
            groups = by_group(changes)
            now = self._writes.get(key, Counter())
            if any(now[name] != seen.writes.get(name, 0) for name in (f"{group}#{RECOUNT}" for group in groups)):
                return False
            for group in sorted(groups, key=lambda one: not one.startswith(LANES)):
                self._add(key, group, RECOUNT, groups[group])
            return True

    def _add(self, key: str, group: str, writer: str, facts: Mapping[str, int]) -> None:
        item = self.items.setdefault(key, {}).setdefault((group, writer), Counter())
        for name, amount in facts.items():
            item[name] += amount
        self._writes.setdefault(key, Counter())[f"{group}#{writer}"] += 1

    def _sums(self, key: str, groups: str, only: str | None = None) -> dict[tuple[str, str], int]:
        sums: Counter[tuple[str, str]] = Counter()
        for (group, writer), facts in self.items.get(key, {}).items():
            if group.startswith(groups) and only in (None, writer):
                sums.update({(group, name): count for name, count in facts.items()})
        return {key: count for key, count in sums.items() if count}
