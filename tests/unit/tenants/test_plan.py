"""The table of plans, and what lifts a limit."""

from __future__ import annotations

import pytest

from ariia.domain.tenants.plan import TERMS, AiLevel, AnalyticsLevel, Feature, Plan, limit_of, plan_that_lifts

_F = Feature


@pytest.mark.parametrize(
    ("feature", "limits"),
    [
        (_F.BROADCASTS, [1, 10, None, None]),
        (_F.TEMPLATES, [2, 10, None, None]),
        (_F.SEGMENTS, [0, 3, 10, None]),
        (_F.FOLLOW_UPS, [5, 50, None, None]),
        (_F.AI_CONTENT, [0, None, None, None]),
        (_F.AB_TESTING, [0, 0, None, None]),
        (_F.DRIP, [0, 0, 0, None]),
        (_F.ANALYTICS, [None, None, None, None]),
    ],
)
def test_limits_are_those_of_the_table(feature: Feature, limits: list[int | None]) -> None:
    assert [limit_of(plan, feature) for plan in Plan] == limits


def test_levels_are_those_of_the_table() -> None:
    assert [TERMS[plan].ai_content for plan in Plan] == [
        None,
        AiLevel.BASIC,
        AiLevel.ADVANCED,
        AiLevel.ADVANCED_CONTEXT,
    ]
    assert [TERMS[plan].analytics for plan in Plan] == list(AnalyticsLevel)


@pytest.mark.parametrize(
    ("plan", "feature", "taken", "lifts"),
    [
        (Plan.STARTER, _F.BROADCASTS, 1, Plan.PROFESSIONAL),
        (Plan.STARTER, _F.BROADCASTS, 10, Plan.BUSINESS),
        (Plan.PROFESSIONAL, _F.TEMPLATES, 300, Plan.BUSINESS),
        (Plan.BUSINESS, _F.SEGMENTS, 10, Plan.ENTERPRISE),
        (Plan.STARTER, _F.DRIP, 0, Plan.ENTERPRISE),
        (Plan.ENTERPRISE, _F.DRIP, 0, None),
    ],
)
def test_smallest_plan_with_room_lifts_a_limit(plan: Plan, feature: Feature, taken: int, lifts: Plan | None) -> None:
    assert plan_that_lifts(plan, feature, taken) == lifts
