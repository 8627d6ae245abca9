"""What a tenant has used of its plan."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.tenants.plan import TERMS
from ariia.services.tenants.quotas import PlanUse
from functions.api.gate.fields import Instant, ResponseModel, example
from functions.api.tenants.schemas import PlanName

_BROADCASTS: dict[str, Any] = {
    "feature": "broadcasts",
    "limit": 10,
    "used": 4,
    "reserved": 1,
    "remaining": 5,
    "over": 0,
    "resets_at": "2026-03-31T22:00:00.000Z",
}
_SEGMENTS = _BROADCASTS | {"feature": "segments", "limit": 3, "used": 5, "remaining": 0, "over": 2, "resets_at": None}


class FeatureUseView(ResponseModel):
    """One limit of the plan. Nothing is taken away by a smaller plan: what is `over` stays, and blocks what is new."""

    model_config = ConfigDict(json_schema_extra=example(_BROADCASTS))

    feature: Literal["broadcasts", "follow_ups", "templates", "segments"]
    limit: Annotated[int | None, Field(description="null = as many as wanted, 0 = not in the plan.")]
    used: Annotated[int, Field(description="Begun in this month; of templates and segments, those that exist.")]
    reserved: Annotated[int, Field(description="Planned for this month, and not begun.")]
    remaining: Annotated[int | None, Field(description="null = as many as wanted.")]
    over: Annotated[int, Field(description="Beyond the limit, left behind by a larger plan.")]
    resets_at: Annotated[Instant | None, Field(description="When the month ends; null for what exists.")]


class UsageView(ResponseModel):
    """The plan, its limits in the tenant's month, and what it includes."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "plan": "professional",
                "timezone": "Europe/Berlin",
                "month": "2026-03",
                "features": [_BROADCASTS, _SEGMENTS],
                "ai_content": "basic",
                "ab_testing": False,
                "drip": False,
                "analytics": "standard",
            }
        )
    )

    plan: PlanName
    timezone: str
    month: Annotated[str, Field(description="yyyy-mm in the tenant's time zone.")]
    features: list[FeatureUseView]
    ai_content: Literal["basic", "advanced", "advanced_context"] | None
    ab_testing: bool
    drip: bool
    analytics: Literal["basic", "standard", "advanced", "enterprise"]

    @classmethod
    def of(cls, use: PlanUse) -> Self:
        """The view of a plan's use."""
        terms = TERMS[use.plan]
        return cls(
            plan=use.plan.value,
            timezone=use.timezone,
            month=use.month,
            features=[FeatureUseView.model_validate(one) for one in use.features],
            ai_content=terms.ai_content.value if terms.ai_content else None,
            ab_testing=terms.ab_testing,
            drip=terms.drip,
            analytics=terms.analytics.value,
        )
