"""Plan limits: reserved, settled, given back, each as often as it is asked and once in effect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ariia.domain.errors import ForbiddenError, LimitError
from ariia.domain.tenants.plan import Feature, Plan
from ariia.domain.tenants.quota import ClaimState, new_claim
from ariia.domain.tenants.tenant import Tenant
from ariia.services.tenants.quotas import FeatureUse, Quotas
from tests.doubles.clock import ManualClock
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.tenants import MemoryTenants

BROADCASTS, TEMPLATES = Feature.BROADCASTS, Feature.TEMPLATES


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOVEMBER, DECEMBER = at("2026-11-15T12:00"), at("2026-12-02T12:00")


class Office:
    """A tenant in Berlin with its quotas; `templates` are those that exist."""

    def __init__(self, plan: Plan = Plan.STARTER) -> None:
        self.clock, self.tenants, self.templates = ManualClock(NOVEMBER), MemoryTenants(), ["t1"]
        self.tenants.create(Tenant("gym", "Gym", plan))
        existing = {TEMPLATES: lambda _, at_most: self.templates[:at_most]}
        self.store = MemoryQuotas()
        self.quotas = Quotas(self.store, self.tenants, self.clock, existing)

    def becomes(self, **fields: Any) -> None:
        tenant = self.tenants.get("gym")
        assert tenant is not None
        for name, value in fields.items():
            setattr(tenant, name, value)
        assert self.tenants.save(tenant)

    def reserve(self, key: str, when: int = NOVEMBER, feature: Feature = BROADCASTS) -> None:
        self.quotas.reserve("gym", feature, key, when)

    def use(self, feature: Feature = BROADCASTS) -> FeatureUse:
        return next(one for one in self.quotas.usage("gym").features if one.feature is feature)


def test_reserving_again_for_the_same_key_takes_one_unit() -> None:
    office = Office()
    office.reserve("c1")
    office.reserve("c1")
    use = office.use()
    assert (use.used, use.reserved, use.remaining) == (0, 1, 0)


def test_refusal_names_limit_use_reset_and_the_plan_that_lifts_it() -> None:
    office = Office()
    office.reserve("c1")
    with pytest.raises(LimitError) as refused:
        office.reserve("c2")
    limit = refused.value.limit
    assert (limit.feature, limit.plan, limit.lifted_by) == ("broadcasts", "starter", "professional")
    assert (limit.limit, limit.used, limit.reserved) == (1, 0, 1)
    assert limit.resets_at == at("2026-11-30T23:00")
    assert "professional" in refused.value.message


def test_settled_unit_is_used_and_stays_used() -> None:
    office = Office()
    office.reserve("c1")
    office.quotas.settle("gym", BROADCASTS, "c1", NOVEMBER)
    office.quotas.settle("gym", BROADCASTS, "c1", NOVEMBER)
    office.quotas.give_back("gym", BROADCASTS, "c1", NOVEMBER)
    office.reserve("c1")
    assert (office.use().used, office.use().reserved) == (1, 0)


def test_unit_is_given_back_once_and_can_be_taken_again() -> None:
    office = Office(Plan.PROFESSIONAL)
    office.reserve("c1")
    office.reserve("c2")
    for _ in range(2):
        office.quotas.give_back("gym", BROADCASTS, "c1", NOVEMBER)
    assert office.use().taken == 1
    office.quotas.give_back("gym", BROADCASTS, "never", NOVEMBER)
    office.reserve("c1")
    assert office.use().taken == 2


def test_reservation_that_comes_in_after_it_was_given_back_takes_nothing() -> None:
    office = Office()
    late = new_claim("gym", BROADCASTS, "c1", ClaimState.RESERVED, "2026-11", "Europe/Berlin", None)
    office.quotas.give_back("gym", BROADCASTS, "c1", NOVEMBER)
    assert not office.store.change(None, late, limit=1)
    assert office.use().taken == 0


def test_what_is_used_without_a_reservation_counts_over_the_limit() -> None:
    office = Office()
    office.reserve("c1")
    office.quotas.give_back("gym", BROADCASTS, "c1", NOVEMBER)
    office.reserve("c2")
    office.quotas.settle("gym", BROADCASTS, "c1", NOVEMBER)
    use = office.use()
    assert (use.used, use.reserved, use.over, use.remaining) == (1, 1, 1, 0)


def test_each_month_has_its_own_limit_and_a_new_time_moves_the_unit() -> None:
    office = Office()
    office.reserve("c1")
    office.reserve("c2", DECEMBER)
    office.reserve("c1", at("2027-01-05T08:00"))
    office.reserve("c3")
    with pytest.raises(LimitError):
        office.reserve("c3", DECEMBER)
    assert office.use().taken == 1


def test_month_is_the_tenants_and_a_unit_returns_to_where_it_was_taken() -> None:
    office = Office()
    office.becomes(timezone="Pacific/Auckland")
    last_hour_in_berlin = at("2026-11-30T22:30")
    office.reserve("c1", last_hour_in_berlin)
    assert office.use().taken == 0, "it is December in Auckland"
    office.becomes(timezone="Europe/Berlin")
    office.quotas.give_back("gym", BROADCASTS, "c1", last_hour_in_berlin)
    office.reserve("c2", DECEMBER)
    office.reserve("c3", last_hour_in_berlin)
    assert office.use().taken == 1


def test_plan_without_limit_still_counts() -> None:
    office = Office(Plan.ENTERPRISE)
    for number in range(40):
        office.reserve(f"c{number}")
    use = office.use()
    assert (use.limit, use.remaining, use.over, use.reserved) == (None, None, 0, 40)


def test_smaller_plan_blocks_what_is_new_and_takes_nothing_away() -> None:
    office = Office(Plan.PROFESSIONAL)
    for number in range(3):
        office.reserve(f"c{number}")
    office.templates = ["t1", "t2", "t3", "t4"]
    office.becomes(plan=Plan.STARTER)
    assert (office.use().over, office.use(TEMPLATES).over) == (2, 2)
    office.reserve("c1")
    office.reserve("t4", feature=TEMPLATES)
    with pytest.raises(LimitError) as refused:
        office.reserve("t5", feature=TEMPLATES)
    assert (refused.value.limit.used, refused.value.limit.resets_at) == (4, None)
    with pytest.raises(LimitError):
        office.reserve("c4")
    office.becomes(plan=Plan.BUSINESS)
    office.reserve("c4")


def test_feature_that_the_plan_lacks_is_refused() -> None:
    office = Office()
    with pytest.raises(LimitError) as refused:
        office.quotas.require("gym", Feature.DRIP)
    assert (refused.value.limit.limit, refused.value.limit.lifted_by) == (0, "enterprise")
    with pytest.raises(LimitError):
        office.reserve("s1", feature=Feature.SEGMENTS)
    office.becomes(plan=Plan.ENTERPRISE)
    office.quotas.require("gym", Feature.DRIP)


def test_things_about_to_be_made_count_until_they_exist_or_are_given_up() -> None:
    office = Office()
    office.reserve("t2", feature=TEMPLATES)
    office.reserve("t2", feature=TEMPLATES)
    with pytest.raises(LimitError):
        office.reserve("t3", feature=TEMPLATES)
    assert (office.use(TEMPLATES).used, office.use(TEMPLATES).reserved) == (1, 1)
    office.quotas.give_back("gym", TEMPLATES, "t2", NOVEMBER)
    office.reserve("t3", feature=TEMPLATES)
    # Its maker died: after five minutes the place is free again.
    office.clock.advance(301)
    office.reserve("t4", feature=TEMPLATES)
    office.templates.append("t4")
    office.quotas.settle("gym", TEMPLATES, "t4", NOVEMBER)
    assert (office.use(TEMPLATES).used, office.use(TEMPLATES).reserved) == (2, 0)


def test_check_tells_what_reserving_would_do_and_changes_nothing() -> None:
    office = Office()
    before = office.quotas.check("gym", BROADCASTS, "c1", NOVEMBER)
    assert (before.taken, before.over, before.remaining) == (1, 0, 0)
    assert office.use().taken == 0
    office.reserve("c1")
    assert office.quotas.check("gym", BROADCASTS, "c1", NOVEMBER).over == 0
    assert office.quotas.check("gym", BROADCASTS, "c2", NOVEMBER).over == 1


def test_tenant_that_is_not_set_up_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        Office().quotas.reserve("nobody", BROADCASTS, "c1", NOVEMBER)
