"""Where the use of a plan's limits rests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.quota import Holding, MonthCount, QuotaClaim


class QuotaStore(Protocol):
    """Claims with their counts by month, and what is about to be made. Reads are strongly consistent."""

    def claim(self, tenant_id: str, feature: Feature, key: str) -> QuotaClaim | None:
        """The unit that was claimed for `key`, given back or not; None when there never was one."""
        ...

    def count(self, tenant_id: str, feature: Feature, month: str) -> MonthCount:
        """How many units are taken in `month` (yyyy-mm)."""
        ...

    def counts(self, tenant_id: str, month: str) -> Mapping[Feature, MonthCount]:
        """The counts of `month` of all features that have any."""
        ...

    def change(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None = None) -> bool:
        """Puts `after` in the place of `before` and moves the counts of their months, in one transaction. False, and
        nothing is written, when the stored claim is not `before` any more, or when `after` takes a unit more and
        `limit` units of its month are taken. TransientError when others keep writing the same counts."""
        ...

    def holding(self, tenant_id: str, feature: Feature) -> Holding:
        """What is about to be made; an empty one of version 0 when nothing ever was."""
        ...

    def save_holding(self, tenant_id: str, feature: Feature, holding: Holding) -> bool:
        """Stores `holding` if the stored version is its own, and raises `holding.version` by one; else False."""
        ...
