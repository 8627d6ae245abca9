"""The preflight as the API shows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.services.preflight.outlook import Outlook
from ariia.services.preflight.report import PreflightReport
from functions.api.campaigns.views import FindingView
from functions.api.gate.fields import Instant, ResponseModel
from functions.api.tenants.schemas import PlanName

_FINDING: dict[str, Any] = {
    "code": "missing_unsubscribe",
    "severity": "error",
    "message": "the message has no link to unsubscribe",
    "line": None,
    "field": "content_html",
}
_COST: dict[str, Any] = {
    "messages": 14200,
    "ses": 1.42,
    "aws": 0.0581,
    "total": 1.4781,
    "currency": "USD",
    "prices_as_of": "2026-07-22",
    "by_channel": {"email": 1.4781},
}
_PLAN: dict[str, Any] = {
    "plan": "professional",
    "allowed": True,
    "uses": 1,
    "limit": 10,
    "left": 6,
    "resets_at": "2026-03-31T22:00:00.000Z",
    "lifted_by": None,
}
_DURATION: dict[str, Any] = {
    "per_second": 14.0,
    "seconds": 86772,
    "finishes_at": "2026-03-02T18:06:12.000Z",
    "days": [
        {"at": "2026-03-01T18:00:00.000Z", "messages": 9000},
        {"at": "2026-03-02T18:00:00.000Z", "messages": 5200},
    ],
    "in_words": "9,000 today, 5,200 tomorrow from 19:00",
    "timezone": "Europe/Berlin",
}
_COUNTS: dict[str, Any] = {
    "matched": 15000,
    "will_get": 14200,
    "deferred": 0,
    "excluded": {"no_consent": 700, "duplicate_address": 100},
    "segments": {"01k9qk3d8e5f2g9h6j4m1n7pqr": 15400},
    "left_out": {"tags": 150, "campaign:01k9qjz7t2n4h6p8s0v3x5y7ab": 250},
}
_PREFLIGHT: dict[str, Any] = {
    "campaign_id": "01k9",
    "status": "finished",
    "created_at": "2026-03-01T18:00:00.000Z",
    "age_seconds": 12,
    "is_current": True,
    "progress": {"done": 16, "total": 16},
    "counts": _COUNTS,
    "cost": _COST,
    "duration": _DURATION,
    "plan": _PLAN,
    "summary": {"errors": 1, "warnings": 0, "may_be_sent": False},
    "findings": [_FINDING],
}


class CountsView(ResponseModel):
    """Members. matched = will_get + the sum of excluded."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COUNTS]})

    matched: int
    will_get: int
    deferred: Annotated[int, Field(description="Of `will_get`: wait first, as the frequency cap is reached.")]
    excluded: Annotated[dict[str, int], Field(description="By the reasons that recipients have.")]
    segments: Annotated[dict[str, int], Field(description="Members of each segment of the target, by its id.")]
    left_out: Annotated[
        dict[str, int],
        Field(
            description="Members whom the target means and `exclude` names, who are no recipients at all: "
            "`member_ids`, `tags`, `segment:<id>`, `campaign:<id>`, the first that holds."
        ),
    ]


class CostView(ResponseModel):
    """An estimate at list prices."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COST]})

    messages: int
    ses: float
    aws: float
    total: float
    currency: Literal["USD"]
    prices_as_of: str
    by_channel: Annotated[dict[str, float], Field(description="The total by channel.")]


class DayView(ResponseModel):
    """The 24 hours from an instant on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DURATION["days"]]})

    at: Instant
    messages: int


class DurationView(ResponseModel):
    """How long it takes if nothing else is sent; `days` shows the first 31 days at most."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DURATION]})

    per_second: float
    seconds: int
    finishes_at: Instant
    days: list[DayView]
    in_words: Annotated[str | None, Field(description="When how much leaves, by the clocks of `timezone`.")]
    timezone: Annotated[str, Field(description="The tenant's.")]


class PlanView(ResponseModel):
    """What the send takes of the plan's broadcasts, in the month it is planned for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLAN]})

    plan: PlanName
    allowed: bool
    uses: int
    limit: Annotated[int | None, Field(description="Broadcasts a month; null = as many as wanted.")]
    left: Annotated[int | None, Field(description="After this send; null = as many as wanted.")]
    resets_at: Instant | None
    lifted_by: Annotated[PlanName | None, Field(description="The plan that allows it, where this one does not.")]


class SummaryView(ResponseModel):
    """The findings in short."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREFLIGHT["summary"]]})

    errors: int
    warnings: int
    may_be_sent: Annotated[bool, Field(description="Counted, and nothing found that keeps it from being sent.")]


class ProgressView(ResponseModel):
    """Parts of the audience that are counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREFLIGHT["progress"]]})

    done: int
    total: int


class PreflightView(ResponseModel):
    """What would happen if the campaign were sent now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREFLIGHT]})

    campaign_id: str
    status: Literal["running", "finished", "failed"]
    created_at: Instant
    age_seconds: int
    is_current: Annotated[bool, Field(description="False when content, target or sender changed since.")]
    progress: ProgressView
    counts: CountsView | None
    cost: CostView | None
    duration: DurationView | None
    plan: Annotated[PlanView | None, Field(description="null for what takes nothing, or has begun.")]
    summary: SummaryView
    findings: list[FindingView]

    @classmethod
    def of(cls, report: PreflightReport) -> Self:
        """The view of a report."""
        outlook, warnings = report.outlook, len(report.findings) - report.errors
        may_be_sent = report.counted is not None and not report.errors
        return cls(
            campaign_id=report.campaign_id,
            status=report.status.value,
            created_at=report.created_at,
            age_seconds=report.age_ms // 1000,
            is_current=report.is_current,
            progress=ProgressView(done=report.shards_done, total=report.shards),
            counts=CountsView.model_validate(report.counted) if report.counted else None,
            cost=CostView(**asdict(outlook.cost), by_channel=outlook.by_channel) if outlook else None,
            duration=_duration(outlook),
            plan=PlanView.model_validate(report.plan) if report.plan else None,
            summary=SummaryView(errors=report.errors, warnings=warnings, may_be_sent=may_be_sent),
            findings=[FindingView.of(one) for one in report.findings],
        )


def _duration(outlook: Outlook | None) -> DurationView | None:
    if outlook is None or outlook.duration is None:
        return None
    takes = outlook.duration
    days = [DayView.model_validate(one) for one in takes.days]
    return DurationView(
        per_second=takes.per_second,
        seconds=takes.seconds,
        finishes_at=takes.finishes_at,
        days=days,
        in_words=outlook.in_words,
        timezone=outlook.timezone,
    )
