"""The use of plans in memory."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.quota import Holding, MonthCount, QuotaClaim, count_changes
from ariia.ports.quotas import QuotaStore


class MemoryQuotas(QuotaStore):
    """QuotaStore that forgets at exit."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, Feature, str], QuotaClaim] = {}
        self._counts: dict[tuple[str, str], dict[Feature, MonthCount]] = {}
        self._holdings: dict[tuple[str, Feature], Holding] = {}
        self._lock = Lock()

    def claim(self, tenant_id: str, feature: Feature, key: str) -> QuotaClaim | None:
        return self._claims.get((tenant_id, feature, key))

    def count(self, tenant_id: str, feature: Feature, month: str) -> MonthCount:
        return self.counts(tenant_id, month).get(feature, MonthCount())

    def counts(self, tenant_id: str, month: str) -> Mapping[Feature, MonthCount]:
        return dict(self._counts.get((tenant_id, month), {}))

    def change(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None = None) -> bool:
        place = (after.tenant_id, after.feature, after.key)
        with self._lock:
            changes = count_changes(before, after)
            if self._claims.get(place) != before or self._is_full(after, changes, limit):
                return False
            self._claims[place] = after
            for month, change in changes.items():
                known = self.count(after.tenant_id, after.feature, month)
                moved = MonthCount(known.taken + change.taken, known.used + change.used)
                self._counts.setdefault((after.tenant_id, month), {})[after.feature] = moved
            return True

    def holding(self, tenant_id: str, feature: Feature) -> Holding:
        stored = self._holdings.get((tenant_id, feature), Holding({}))
        return Holding(dict(stored.pending), stored.version)

    def save_holding(self, tenant_id: str, feature: Feature, holding: Holding) -> bool:
        with self._lock:
            if self.holding(tenant_id, feature).version != holding.version:
                return False
            holding.version += 1
            self._holdings[tenant_id, feature] = Holding(dict(holding.pending), holding.version)
            return True

    def _is_full(self, after: QuotaClaim, changes: Mapping[str, MonthCount], limit: int | None) -> bool:
        takes_one = changes.get(after.month, MonthCount()).taken > 0
        return (
            takes_one and limit is not None and self.count(after.tenant_id, after.feature, after.month).taken >= limit
        )
