"""From where on a campaign has to pause."""

from __future__ import annotations

import pytest

from ariia.domain.errors import InvalidError
from ariia.domain.rules.reputation import ReputationFacts, ReputationLimits, breach
from ariia.domain.tenants.tenant import Tenant, TenantSettings, drop_looser_settings, require_valid


@pytest.mark.parametrize(
    ("facts", "pauses"),
    [
        (ReputationFacts(199, 199, 199), False),
        (ReputationFacts(200, 9, 0), False),
        (ReputationFacts(200, 10, 0), True),
        (ReputationFacts(200, 0, 1), True),
        (ReputationFacts(1001, 0, 1), False),
        (ReputationFacts(1000, 0, 1), True),
        (ReputationFacts(100_000, 4_999, 99), False),
        (ReputationFacts(200, 0, 0), False),
    ],
)
def test_five_percent_bounces_or_one_complaint_in_a_thousand_after_200_sends(
    facts: ReputationFacts, pauses: bool
) -> None:
    assert (breach(facts, ReputationLimits()) is not None) is pauses


def test_reason_says_what_and_how_much() -> None:
    words = breach(ReputationFacts(400, 24, 0), ReputationLimits())
    assert words == "24 hard bounces of 400 messages sent (6.00%); the limit is 5.00%"


def test_facts_are_summed_over_lanes_and_counted_from_a_base() -> None:
    counts = {
        ("lane:l0", "accepted"): 300,
        ("lane:l1", "accepted"): 100,
        ("lane:l0", "hard_bounced"): 9,
        ("lane:l1", "complained"): 1,
        ("day:2026-11-22", "09:complained"): 1,
    }
    facts = ReputationFacts.of(counts)
    assert facts == ReputationFacts(400, 9, 1)
    assert facts.since(ReputationFacts(250, 9, 2)) == ReputationFacts(150, 0, 0)


def test_tenant_may_be_stricter_and_never_looser_than_the_platform() -> None:
    stricter = Tenant("gym", "Gym", settings=TenantSettings(pause_at_bounce_rate=0.02))
    assert require_valid(stricter).reputation_limits == ReputationLimits(0.02, 0.001)
    looser = Tenant("gym", "Gym", settings=TenantSettings(pause_at_bounce_rate=0.06, pause_at_complaint_rate=0.0))
    with pytest.raises(InvalidError) as refused:
        require_valid(looser)
    assert [(one.field, one.value) for one in refused.value.problems] == [
        ("settings.pause_at_bounce_rate", 0.06),
        ("settings.pause_at_complaint_rate", 0.0),
    ]
    by_platform = Tenant("gym", "Gym", bounce_rate_limit=0.08, settings=TenantSettings(pause_at_bounce_rate=0.06))
    assert require_valid(by_platform).reputation_limits.bounce_rate == 0.06
    with pytest.raises(InvalidError):
        require_valid(Tenant("gym", "Gym", bounce_rate_limit=0.2))


def test_own_limit_that_the_platforms_undercuts_is_dropped() -> None:
    tenant = Tenant("gym", "Gym", bounce_rate_limit=0.02, settings=TenantSettings(pause_at_bounce_rate=0.03))
    drop_looser_settings(tenant)
    assert require_valid(tenant).settings.pause_at_bounce_rate is None
    assert tenant.reputation_limits.bounce_rate == 0.02
