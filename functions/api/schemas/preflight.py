"""The preflight as the API shows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.services.preflight import PreflightReport

from .fields import Instant, ResponseModel

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
}
_DURATION: dict[str, Any] = {
    "per_second": 14.0,
    "seconds": 86772,
    "finishes_at": "2026-03-02T18:06:12.000Z",
    "days": [
        {"at": "2026-03-01T18:00:00.000Z", "messages": 9000},
        {"at": "2026-03-02T18:00:00.000Z", "messages": 5200},
    ],
}
_COUNTS: dict[str, Any] = {
    "matched": 15000,
    "will_get": 14200,
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
    "findings": [_FINDING],
}


class FindingView(ResponseModel):
    """Something worth knowing before sending; an error keeps the campaign from being sent, or these members from
    getting it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FINDING]})

    code: str
    severity: Literal["error", "warning"]
    message: str
    line: int | None
    field: str


class CountsView(ResponseModel):
    """Members. matched = will_get + the sum of excluded."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COUNTS]})

    matched: int
    will_get: int
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
    findings: list[FindingView]

    @classmethod
    def of(cls, report: PreflightReport) -> Self:
        """The view of a report."""
        return cls(
            campaign_id=report.campaign_id,
            status=report.status.value,
            created_at=report.created_at,
            age_seconds=report.age_ms // 1000,
            is_current=report.is_current,
            progress=ProgressView(done=report.shards_done, total=report.shards),
            counts=CountsView.model_validate(report.counted) if report.counted else None,
            cost=CostView(**asdict(report.cost)) if report.cost else None,
            duration=DurationView.model_validate(report.duration) if report.duration else None,
            findings=[FindingView.model_validate(one) for one in report.findings],
        )
