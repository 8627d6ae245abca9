"""A preflight as it rests: what was asked, what was found at once, and the count of each shard."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.audience.count_job import AudienceQuestion, CountedAudience
from ariia.domain.content.checks.findings import Finding


class PreflightStatus(StrEnum):
    """Whether the audience is counted; `failed` when that was given up."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(kw_only=True)
class PreflightJob(AudienceQuestion):
    """What a preflight was asked and has answered so far. `basis` is the fingerprint of the campaign it was made for;
    instants are epoch milliseconds."""

    campaign_id: str
    basis: str
    created_at: int
    shards: int
    findings: list[Finding] = field(default_factory=list)
    counted: CountedAudience | None = None
    counted_at: int | None = None


def kind_of(campaign_id: str) -> str:
    """The kind under which the preflights of one campaign are listed."""
    return f"preflight-{campaign_id}"
