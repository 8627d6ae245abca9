"""Plan limits, in one place: a unit is reserved before anything starts, settled when it is used, given back when it is
not. What is counted while it exists (templates, segments) is reserved for the moment until it exists.

Every call may be repeated. What was used is never refused, and given back only when nothing came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ariia.domain.errors import ForbiddenError, Limit, LimitError, TransientError
from ariia.domain.tenants.plan import MONTHLY, OCCUPYING, Feature, Plan, limit_of, plan_that_lifts
from ariia.domain.tenants.quota import ClaimState, MonthCount, QuotaClaim, month_end, month_of, new_claim
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock
from ariia.ports.quotas import QuotaStore
from ariia.ports.tenants import TenantStore

# Longer than any request takes (29 s): what is reserved for so long and does not exist was never made.
_MAKING_MS = 5 * 60_000
_TRIES = 10
_COUNTED_AT_MOST = 10_000

Existing = Callable[[str, int], Collection[str]]
"""(tenant id, at most) -> ids of so many of the things that exist."""


@dataclass(frozen=True)
class FeatureUse:
    """Where a tenant stands with one feature. `limit` None = as many as wanted, 0 = not in the plan. `over`: units
    beyond the limit, which a smaller plan leaves behind; they stay, and nothing new is allowed."""

    feature: Feature
    limit: int | None
    used: int
    reserved: int = 0
    resets_at: int | None = None

    @property
    def taken(self) -> int:
        """What counts against the limit."""
        return self.used + self.reserved

    @property
    def remaining(self) -> int | None:
        """How many more there may be; None = as many as wanted."""
        return None if self.limit is None else max(0, self.limit - self.taken)

    @property
    def over(self) -> int:
        """How many there are beyond the limit."""
        return 0 if self.limit is None else max(0, self.taken - self.limit)


@dataclass(frozen=True)
class PlanUse:
    """A tenant's plan and what it has used of it in the month of its zone."""

    plan: Plan
    timezone: str
    month: str
    features: list[FeatureUse]


class Quotas:
    """Reserves, settles and gives back. `existing` counts what a tenant has, by feature of OCCUPYING."""

    def __init__(
        self, store: QuotaStore, tenants: TenantStore, clock: Clock, existing: Mapping[Feature, Existing] | None = None
    ) -> None:
        self._store, self._tenants, self._clock, self._existing = store, tenants, clock, existing or {}

    def reserve(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        """Takes one unit for `key` in the tenant's month of `at` (epoch ms: the planned send; for what is counted while
        it exists: now). Again for the same key, it is a success, and a unit of another month moves there. LimitError
        when the plan has no more; TransientError; ForbiddenError when the tenant is not set up."""
        tenant = self._tenant(tenant_id)
        if feature in OCCUPYING:
            self._reserve_place(tenant, feature, key)
            return
        month, limit = month_of(at, tenant.timezone), limit_of(tenant.plan, feature)
        for attempt in range(_TRIES):
            # The count first: if it is full of this very key's unit, the claim read after it says so.
            count = self._store.count(tenant_id, feature, month)
            before = self._store.claim(tenant_id, feature, key)
            if _holds(before, month):
                return
            if limit is not None and count.taken >= limit:
                raise _refused(_month_use(tenant, feature, month, count), tenant.plan)
            after = new_claim(tenant_id, feature, key, ClaimState.RESERVED, month, tenant.timezone, before)
            if self._changed(before, after, limit, attempt):
                return
        raise _busy()

    def settle(self, tenant_id: str, feature: Feature, key: str, at: int) -> None:
        """Notes that the unit of `key` is used. Where none is reserved (any more), one is taken, whatever the limit:
        what happened counts. `at` matters only then. Of what is counted while it exists, it ends the reservation."""
        if feature in OCCUPYING:
            self._end_place(tenant_id, feature, key)
            return
        for attempt in range(_TRIES):
            before = self._store.claim(tenant_id, feature, key)
            if before is not None and before.state is ClaimState.SETTLED:
                return
            after = before.become(ClaimState.SETTLED) if before and before.is_taken else None
            used = after or self._new(tenant_id, feature, key, at, ClaimState.SETTLED, before)
            if self._changed(before, used, None, attempt):
                return
        raise _busy()

    def give_back(self, tenant_id: str, feature: Feature, key: str, at: int, *, used: bool = False) -> None:
        """Frees the unit reserved for `key`, once, in the month it was taken from; what is used stays used, unless
        `used` says that nothing came of it. `at` matters only where there is none. The claim is written in any case, so
        that a reservation that is still on its way from a killed caller finds it changed and comes to nothing."""
        if feature in OCCUPYING:
            self._end_place(tenant_id, feature, key)
            return
        for attempt in range(_TRIES):
            before = self._store.claim(tenant_id, feature, key)
            if before is not None and before.state is ClaimState.SETTLED and not used:
                return
            known = before.become(ClaimState.GIVEN_BACK) if before else None
            after = known or self._new(tenant_id, feature, key, at, ClaimState.GIVEN_BACK)
            if self._changed(before, after, None, attempt):
                return
        raise _busy()

    def require(self, tenant_id: str, feature: Feature) -> None:
        """LimitError when the tenant's plan does not have `feature` at all; nothing is counted."""
        tenant = self._tenant(tenant_id)
        if limit_of(tenant.plan, feature) == 0:
            raise _refused(FeatureUse(feature, 0, 0), tenant.plan)

    def check(self, tenant_id: str, feature: Feature, key: str, at: int) -> FeatureUse:
        """Where the tenant stands with `feature` in the month of `at`, with the unit of `key` counted as if it were
        reserved: `over` > 0 = reserving it would be refused. Changes nothing."""
        tenant = self._tenant(tenant_id)
        month = month_of(at, tenant.timezone)
        use = _month_use(tenant, feature, month, self._store.count(tenant_id, feature, month))
        more = 0 if _holds(self._store.claim(tenant_id, feature, key), month) else 1
        return FeatureUse(feature, use.limit, use.used, use.reserved + more, use.resets_at)

    def usage(self, tenant_id: str) -> PlanUse:
        """The plan and its use, this month's and what exists now. ForbiddenError when the tenant is not set up."""
        tenant = self._tenant(tenant_id)
        month = month_of(self._clock.now(), tenant.timezone)
        counts = self._store.counts(tenant_id, month)
        uses = [_month_use(tenant, one, month, counts.get(one, MonthCount())) for one in MONTHLY]
        for feature in OCCUPYING:
            exist = self._exist(tenant_id, feature)
            pending = self._pending(tenant_id, feature) - exist
            uses.append(FeatureUse(feature, limit_of(tenant.plan, feature), len(exist), len(pending)))
        return PlanUse(tenant.plan, tenant.timezone, month, uses)

    def _changed(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None, attempt: int) -> bool:
        try:
            return self._store.change(before, after, limit)
        except TransientError:
            if attempt == _TRIES - 1:
                raise
            return False

    def _new(
        self,
        tenant_id: str,
        feature: Feature,
        key: str,
        at: int,
        state: ClaimState,
        before: QuotaClaim | None = None,
    ) -> QuotaClaim:
        zone = self._tenant(tenant_id).timezone
        return new_claim(tenant_id, feature, key, state, month_of(at, zone), zone, before)

    def _reserve_place(self, tenant: Tenant, feature: Feature, key: str) -> None:
        """The reservations are read before what exists, and written only if nobody wrote them since: whoever made
        something meanwhile is seen in one of the two."""
        limit = limit_of(tenant.plan, feature)
        if limit is None:
            return
        for _ in range(_TRIES):
            holding = self._store.holding(tenant.id, feature)
            now = self._clock.now()
            holding.pending = {one: until for one, until in holding.pending.items() if until > now}
            exist = self._exist(tenant.id, feature)
            if key in exist:
                return
            others = (exist | holding.pending.keys()) - {key}
            if len(others) >= limit:
                raise _refused(FeatureUse(feature, limit, len(exist), len(others) - len(exist)), tenant.plan)
            holding.pending[key] = now + _MAKING_MS
            if self._store.save_holding(tenant.id, feature, holding):
                return
        raise _busy()

    def _end_place(self, tenant_id: str, feature: Feature, key: str) -> None:
        """Not to be insisted on: a reservation ends by itself."""
        holding = self._store.holding(tenant_id, feature)
        if holding.pending.pop(key, None) is not None:
            self._store.save_holding(tenant_id, feature, holding)

    def _exist(self, tenant_id: str, feature: Feature) -> set[str]:
        return set(self._existing[feature](tenant_id, _COUNTED_AT_MOST)) if feature in self._existing else set()

    def _pending(self, tenant_id: str, feature: Feature) -> set[str]:
        now = self._clock.now()
        return {key for key, until in self._store.holding(tenant_id, feature).pending.items() if until > now}

    def _tenant(self, tenant_id: str) -> Tenant:
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            raise ForbiddenError("this tenant is not set up")
        return tenant


def _holds(claim: QuotaClaim | None, month: str) -> bool:
    """A used unit stays where it was counted; a reserved one counts for the month of the planned send."""
    if claim is None or not claim.is_taken:
        return False
    return claim.state is ClaimState.SETTLED or claim.month == month


def _month_use(tenant: Tenant, feature: Feature, month: str, count: MonthCount) -> FeatureUse:
    resets_at = month_end(month, tenant.timezone)
    return FeatureUse(feature, limit_of(tenant.plan, feature), count.used, count.reserved, resets_at)


def _refused(use: FeatureUse, plan: Plan) -> LimitError:
    limit, lifted_by = use.limit or 0, plan_that_lifts(plan, use.feature, use.taken)
    name = use.feature.replace("_", " ")
    words = (
        f"the plan {plan} allows {limit} {name}, and {use.taken} are taken"
        if limit
        else f"the plan {plan} has no {name}"
    )
    if lifted_by is not None:
        words += f"; the plan {lifted_by} allows more" if limit else f"; the plan {lifted_by} does"
    met = Limit(use.feature, plan, limit, use.used, use.reserved, use.resets_at, lifted_by)
    return LimitError(words, met)


def _busy() -> TransientError:
    return TransientError("others are using the plan's limits at the same time; try again")
