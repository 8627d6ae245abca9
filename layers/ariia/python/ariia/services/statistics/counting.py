"""Counting the ledger's stream."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.errors import TransientError
from ariia.domain.ledger.containers import counted_under
from ariia.domain.statistics.counts import change_counts
from ariia.ports.statistics import Fold, LedgerChange, StatisticsStore

# What one transaction takes: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_MAX_ITEMS = 100
_TRIES = 6


class StreamCounter:
    """Folds stream records into counters, each exactly once: the watermark moves in the same transaction."""

    def __init__(self, store: StatisticsStore) -> None:
        self._store = store

    def count(self, stream_shard: str, changes: Sequence[LedgerChange]) -> int:
        """Counts what lies behind the watermark, in order; the number of records that were new. TransientError when
        the store could not be written: the whole batch may be given again."""
        counted = [one for one in changes if _key(one) is not None]
        for _ in range(_TRIES):
            expected = self._store.watermark(stream_shard)
            fresh = sorted((one for one in counted if one.sequence > expected), key=lambda one: one.sequence)
            if self._apply_all(stream_shard, fresh, expected):
                return len(fresh)
        raise TransientError(f"other counters write what {stream_shard} counts")

    def _apply_all(self, stream_shard: str, changes: Sequence[LedgerChange], expected: str) -> bool:
        fold = Fold(stream_shard, expected)
        for change in changes:
            more = addition(stream_shard, change)
            if 1 + len(fold.places | more.places) > _MAX_ITEMS:
                if not self._store.apply(fold, expected):
                    return False
                expected, fold = fold.watermark, Fold(stream_shard, fold.watermark)
            fold.include(more)
        return fold.watermark == expected or self._store.apply(fold, expected)


def addition(stream_shard: str, change: LedgerChange) -> Fold:
    """What one record adds up to."""
    key = str(_key(change))
    if change.mark:
        return Fold(stream_shard, change.sequence, marks={(key, change.partition.shard): change.mark})
    return Fold(stream_shard, change.sequence, {key: change_counts(change.before, change.after)})


def _key(change: LedgerChange) -> str | None:
    return counted_under(change.partition.tenant_id, change.partition.campaign_id)
