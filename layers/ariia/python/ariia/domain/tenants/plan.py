"""Plans as data (concept, section 4; product page, "Plans"): what each allows, and what lifts a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Plan(StrEnum):
    """What a tenant has bought, from the smallest to the largest."""

    STARTER = "starter"
    PROFESSIONAL = "professional"
    BUSINESS = "business"
    ENTERPRISE = "enterprise"


class Feature(StrEnum):
    """What a plan limits or leaves out."""

    BROADCASTS = "broadcasts"
    FOLLOW_UPS = "follow_ups"
    TEMPLATES = "templates"
    SEGMENTS = "segments"
    AI_CONTENT = "ai_content"
    AB_TESTING = "ab_testing"
    DRIP = "drip"
    ANALYTICS = "analytics"


class AiLevel(StrEnum):
    """How much the content agent may know (product page, "AI campaign agent")."""

    BASIC = "basic"
    ADVANCED = "advanced"
    ADVANCED_CONTEXT = "advanced_context"


class AnalyticsLevel(StrEnum):
    """Which figures are shown; they are collected for everybody."""

    BASIC = "basic"
    STANDARD = "standard"
    ADVANCED = "advanced"
    ENTERPRISE = "enterprise"


# Counted in the month of the planned send.
MONTHLY = (Feature.BROADCASTS, Feature.FOLLOW_UPS)
# Counted while they exist.
OCCUPYING = (Feature.TEMPLATES, Feature.SEGMENTS)


@dataclass(frozen=True)
class PlanTerms:
    """What one plan allows. A limit of None is none, 0 means that the plan does not have the feature; so does an
    `ai_content` of None."""

    limits: Mapping[Feature, int | None]
    ai_content: AiLevel | None
    ab_testing: bool
    drip: bool
    analytics: AnalyticsLevel


_Limits = Mapping[Feature, int | None]


def _limits(broadcasts: int | None, templates: int | None, segments: int | None, follow_ups: int | None) -> _Limits:
    return {
        Feature.BROADCASTS: broadcasts,
        Feature.TEMPLATES: templates,
        Feature.SEGMENTS: segments,
        Feature.FOLLOW_UPS: follow_ups,
    }


TERMS: Mapping[Plan, PlanTerms] = {
    Plan.STARTER: PlanTerms(_limits(1, 2, 0, 5), None, False, False, AnalyticsLevel.BASIC),
    Plan.PROFESSIONAL: PlanTerms(_limits(10, 10, 3, 50), AiLevel.BASIC, False, False, AnalyticsLevel.STANDARD),
    Plan.BUSINESS: PlanTerms(_limits(None, None, 10, None), AiLevel.ADVANCED, True, False, AnalyticsLevel.ADVANCED),
    Plan.ENTERPRISE: PlanTerms(
        _limits(None, None, None, None), AiLevel.ADVANCED_CONTEXT, True, True, AnalyticsLevel.ENTERPRISE
    ),
}


def limit_of(plan: Plan, feature: Feature) -> int | None:
    """How many the plan allows; None = as many as wanted. What a plan has or lacks counts as None or 0."""
    terms = TERMS[plan]
    if feature in terms.limits:
        return terms.limits[feature]
    has = {
        Feature.AI_CONTENT: terms.ai_content is not None,
        Feature.AB_TESTING: terms.ab_testing,
        Feature.DRIP: terms.drip,
        Feature.ANALYTICS: True,
    }
    return None if has[feature] else 0


def plan_that_lifts(plan: Plan, feature: Feature, taken: int) -> Plan | None:
    """The smallest plan above `plan` that allows one more than `taken`; None when there is none."""
    plans = list(Plan)
    for larger in plans[plans.index(plan) + 1 :]:
        limit = limit_of(larger, feature)
        if limit is None or limit > taken:
            return larger
    return None
