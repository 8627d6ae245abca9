"""Known-wrong ways to keep a plan's limits. Each must be caught."""

from __future__ import annotations

from typing import Any

from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.quota import ClaimState, MonthCount, QuotaClaim
from ariia.services.tenants.quotas import Quotas
from tests.doubles.quotas import MemoryQuotas

from .race import QuotaParts


class _TakesEachTime(Quotas):
    def reserve(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        number = 0
        while self._store.claim(tenant_id, feature, f"{key}.{number}") is not None:
            number += 1
        super().reserve(tenant_id, feature, f"{key}.{number}", at)

    def settle(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        super().settle(tenant_id, feature, f"{key}.0", at)

    def give_back(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        super().give_back(tenant_id, feature, f"{key}.0", at)


class NoKeyIdempotence(QuotaParts):
    """Every request takes a unit, the repeated one too."""

    violates = "units are reserved"
    quotas = _TakesEachTime


class _Unlimited(MemoryQuotas):
    def change(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None = None) -> bool:
        return super().change(before, after, None)


class LimitIsReadAndThenWritten(QuotaParts):
    """The count is compared when it is read, and not again when the unit is taken."""

    violates = "campaigns were allowed"
    store = _Unlimited


class _CountsBehind(MemoryQuotas):
    def change(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None = None) -> bool:
        place = (after.tenant_id, after.feature, after.key)
        if self._claims.get(place) != before:
            return False
        self._claims[place] = after
        return True

    def add(self, after: QuotaClaim, taken: int, used: int) -> None:
        known = self.count(after.tenant_id, after.feature, after.month)
        moved = MonthCount(known.taken + taken, known.used + used)
        self._counts.setdefault((after.tenant_id, after.month), {})[after.feature] = moved


class _CountsSecond(Quotas):
    def _changed(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None, attempt: int) -> bool:
        store: Any = self._store
        if not store.change(before, after, limit):
            return False
        was_taken, was_used = (before is not None and before.is_taken), _is_used(before)
        store.add(after, after.is_taken - was_taken, _is_used(after) - was_used)
        return True


def _is_used(claim: QuotaClaim | None) -> bool:
    return claim is not None and claim.state is ClaimState.SETTLED


class CountsOutsideTheTransaction(QuotaParts):
    """The claim first, the count second: what fails in between is never counted."""

    violates = "units are"
    store, quotas = _CountsBehind, _CountsSecond


class _GivesBackWhatWasUsed(Quotas):
    def give_back(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        before = self._store.claim(tenant_id, feature, key)
        if before is not None and before.is_taken:
            self._store.change(before, before.become(ClaimState.GIVEN_BACK), None)


class CancelGivesBackWhatWasUsed(QuotaParts):
    """A cancel behind the start frees the unit although the campaign ran."""

    violates = "units are used"
    quotas = _GivesBackWhatWasUsed


class _SettlesWhatIsReserved(Quotas):
    def settle(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        before = self._store.claim(tenant_id, feature, key)
        if before is not None and before.state is ClaimState.RESERVED:
            self._store.change(before, before.become(ClaimState.SETTLED), None)


class WhatRanAfterItsCancelIsNotCounted(QuotaParts):
    """Only a reserved unit is settled: a run that a cancel came too late for costs nothing."""

    violates = "units are used"
    quotas = _SettlesWhatIsReserved


MUTANTS: tuple[type[QuotaParts], ...] = (
    NoKeyIdempotence,
    LimitIsReadAndThenWritten,
    CountsOutsideTheTransaction,
    CancelGivesBackWhatWasUsed,
    WhatRanAfterItsCancelIsNotCounted,
)
