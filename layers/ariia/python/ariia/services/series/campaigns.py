"""From a series and one of its occurrences to a campaign like any other, scheduled by the series' approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.timing import resolve_time, set_time
from ariia.domain.content.content import Content
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.series.series import Occurrence, Series
from ariia.services.campaigns.freezing import review_hash
from ariia.services.campaigns.runs import SYSTEM

_S = CampaignStatus


def campaign_of(
    series: Series, occurrence: Occurrence, content: Content, target: Target, now: int
) -> tuple[Campaign, list[Move]]:
    """The new campaign, and its history up to here. `content` and `target` are those that were approved; its approval
    is bound to them, and to its own name and time, as any campaign's is. An edit of it revokes that one."""
    campaign = replace(
        series.draft,
        id=series.campaign_id(occurrence),
        name=f"{series.draft.name} {occurrence.local[:10]}",
        series_id=series.id,
        occurrence_at=occurrence.at,
        created_by=series.created_by,
        created_at=now,
        # The first version of it is the one that its schedule is made for.
        schedule_epoch=1,
    )
    set_time(campaign, occurrence.local)
    campaign.scheduled_timezone = series.rule.timezone
    resolve_time(campaign, series.rule.timezone)
    hashed = review_hash(campaign, content, target)
    campaign.review = replace(series.review, submitted_hash=hashed, approved_hash=hashed, feedback=None)
    return campaign, _moves(campaign, series, occurrence, now)


def _moves(campaign: Campaign, series: Series, occurrence: Occurrence, now: int) -> list[Move]:
    made = f"for {occurrence.local} ({series.rule.timezone}) of the series {series.id}"
    when = datetime.fromtimestamp((series.approved_at or 0) / 1000, UTC).isoformat(timespec="seconds")
    approved = f"by the approval of the series {series.id} at {when}"
    author, approver = series.created_by, series.approved_by or ""
    return [
        Move("create", "", campaign.status, SYSTEM, now, made),
        campaign.move(_S.PENDING_REVIEW, action="submit", by=author, at=now, reason=made),
        campaign.move(_S.APPROVED, action="approve", by=approver, at=now, reason=approved),
        campaign.move(_S.SCHEDULED, action="schedule", by=SYSTEM, at=now, reason=made),
    ]
