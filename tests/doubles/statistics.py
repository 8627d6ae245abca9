"""Counters in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import RLock

from ariia.ports.statistics import Fold


class MemoryStatistics:
    """Applies each fold in one step."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._watermarks: dict[str, str] = {}
        self._counters: dict[str, Counter[tuple[str, str]]] = {}

    def watermark(self, stream_shard: str) -> str:
        """See the port."""
        return self._watermarks.get(stream_shard, "")

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        """See the port."""
        with self._lock:
            if self.watermark(fold.stream_shard) != expected_watermark:
                return False
            for campaign, counts in fold.changes.items():
                counter = self._counters.setdefault(campaign, Counter())
                for key, amount in counts.items():
                    counter[key] += amount
            self._watermarks[fold.stream_shard] = fold.watermark
            return True

    def read(self, campaign_key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        """See the port."""
        with self._lock:
            counts = self._counters.get(campaign_key, Counter())
            return {key: count for key, count in counts.items() if count and key[0].startswith(groups)}
