"""Counting the ledger's stream, and reading the figures."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.errors import TransientError
from ariia.domain.ledger.containers import follow_ups_key
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.statistics import Totals, totals
from ariia.ports.statistics import Fold, LedgerChange, StatisticsStore

# A transaction takes 100 actions; one record touches a handful of items at most.
_MAX_ITEMS = 80
_TRIES = 6


class StreamCounter:
    """Folds stream records into counters, each exactly once: the watermark moves in the same transaction."""

    def __init__(self, store: StatisticsStore) -> None:
        self._store = store

    def count(self, stream_shard: str, changes: Sequence[LedgerChange]) -> int:
        """Counts what lies behind the watermark, in order; the number of records that were new. TransientError when
        the store could not be written: the whole batch may be given again."""
        for _ in range(_TRIES):
            expected = self._store.watermark(stream_shard)
            fresh = sorted((one for one in changes if one.sequence > expected), key=lambda one: one.sequence)
            if self._apply_all(stream_shard, fresh, expected):
                return len(fresh)
        raise TransientError(f"another counter moves the watermark of {stream_shard}")

    def _apply_all(self, stream_shard: str, changes: Sequence[LedgerChange], expected: str) -> bool:
        fold = Fold(stream_shard, expected)
        for change in changes:
            if fold.items > _MAX_ITEMS:
                if not self._store.apply(fold, expected):
                    return False
                expected, fold = fold.watermark, Fold(stream_shard, fold.watermark)
            _add(fold, change)
        return fold.watermark == expected or self._store.apply(fold, expected)


def _add(fold: Fold, change: LedgerChange) -> None:
    fold.watermark = change.sequence
    counts = fold.changes.setdefault(change.campaign_key, {})
    for key, amount in change.counts.items():
        counts[key] = counts.get(key, 0) + amount


class CampaignStatistics:
    """The figures of a campaign, from its counters."""

    def __init__(self, store: StatisticsStore) -> None:
        self._store = store

    def totals(self, campaign: Dispatch) -> Totals:
        """The figures as counted so far: at most a minute behind the ledger, and always adding up."""
        cancelled = campaign.status is CampaignStatus.CANCELLED
        return totals(self._store.read(campaign.key), targeted=campaign.targeted, cancelled=cancelled)

    def follow_ups(self, tenant_id: str) -> Totals:
        """The figures of all follow-ups of a tenant that set out so far."""
        return totals(self._store.read(follow_ups_key(tenant_id)), targeted=None, cancelled=False)
