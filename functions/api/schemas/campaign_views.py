"""Campaigns as they are answered; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.campaign import Campaign, Move
from ariia.domain.content.findings import Finding
from ariia.domain.statistics import Totals
from ariia.services.campaigns import CampaignDetails
from functions.api.auth import Permission
from functions.api.capabilities import GrantedTo

from .campaign_examples import FINDING, PARKED, STORED, SUMMARY, WAVE, WRITTEN
from .campaigns import ChannelName, ConditionName, LateName, StatusName, TargetTypeName, Type
from .fields import Instant, ResponseModel, example
from .timing import MisfireView


class ParkedView(ResponseModel):
    """Why nothing of a sending campaign leaves just now."""

    model_config = ConfigDict(json_schema_extra=example(PARKED))

    since: Instant
    reason: str
    until: Annotated[Instant | None, Field(description="When it goes on at the latest; null = not known.")]

    @classmethod
    def of(cls, campaign: Campaign) -> Self | None:
        """The view of a campaign that is parked; None when it is not."""
        if campaign.parked_at is None or campaign.parked_reason is None or not campaign.is_sendable:
            return None
        return cls(since=campaign.parked_at, reason=campaign.parked_reason, until=campaign.parked_until)


class WaveView(ResponseModel):
    """Members who go together."""

    model_config = ConfigDict(json_schema_extra=example(WAVE))

    not_before: Annotated[Instant | None, Field(description="From when on; null = at once.")]
    zone: Annotated[
        str | None,
        Field(description="Their time zone, or one with the same clocks: quiet hours are by it. null = of all zones."),
    ]


class CampaignSummary(ResponseModel):
    """A campaign without its content and target."""

    model_config = ConfigDict(json_schema_extra=example(SUMMARY))

    id: str
    tenant_id: str
    name: str
    description: str | None
    type: Type
    status: StatusName
    channel: ChannelName
    target_type: TargetTypeName
    follow_up_of: str | None
    follow_up_condition: ConditionName | None
    follow_up_after_hours: int | None
    template_id: str | None
    sender: str | None
    ai_prompt: str | None
    preview_token: Annotated[
        str | None, GrantedTo(Permission.REVIEW), Field(description="For callers who may approve; else null.")
    ]
    preview_expires_at: Instant | None
    scheduled_at: Annotated[Instant | None, Field(description="When it goes out, or begins to.")]
    scheduled_local: Annotated[str | None, Field(description="The same by the clocks of `scheduled_timezone`.")]
    scheduled_timezone: str | None
    member_local_time: bool
    late_members: LateName
    misfire: MisfireView
    series_id: Annotated[str | None, Field(description="The series that made it.")]
    occurrence_at: Annotated[Instant | None, Field(description="The occurrence of the series that it was made for.")]
    sent_at: Instant | None
    created_by: str
    stats_sent: Annotated[int, Field(description="Members who were sent the message, without those it bounced for.")]
    stats_delivered: int
    stats_opened: int
    stats_clicked: int
    stats_failed: int
    created_at: Instant
    updated_at: Instant
    version: int
    targeted: Annotated[int | None, Field(description="Size of the audience; null until planning is over.")]
    one_per_address: bool
    track_opens: bool
    track_clicks: bool
    submitted_hash: Annotated[str | None, Field(description="What is under review or approved; an approval names it.")]
    approved_hash: str | None
    approved_by: str | None
    feedback: str | None
    paused_at: Instant | None
    pause_reason: str | None
    pause_cause: Annotated[
        Literal["reputation", "account"] | None,
        Field(description="Why it paused itself: its own bounces and complaints, or the provider's account."),
    ]
    waves: Annotated[list[WaveView], Field(description="Who goes together; known once the audience is.")]
    parked: Annotated[ParkedView | None, Field(description="Set while the account may not send; goes on by itself.")]
    failure_reason: str | None
    legal_moves: Annotated[list[str], Field(description="The statuses it can go to from here.")]

    @classmethod
    def of(cls, campaign: Campaign, totals: Totals, **more: Any) -> Self:
        """The view of a campaign with its figures."""
        return cls.model_validate(campaign_fields(campaign, totals) | more)


class CampaignView(CampaignSummary):
    """A campaign as its author edits it."""

    model_config = ConfigDict(json_schema_extra=example(WRITTEN | STORED | {"ai_generated_content": None}))

    target_filter_json: dict[str, Any]
    exclude: dict[str, Any]
    content_subject: str
    content_body: str
    content_html: str
    content_values: dict[str, Any]
    ai_generated_content: str | None
    reply_to: str | None

    @classmethod
    def of_details(cls, details: CampaignDetails, totals: Totals) -> Self:
        """The view of a campaign with its draft content and target."""
        content, target = details.content, details.target
        return cls.of(
            details.campaign,
            totals,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            content_subject=content.subject,
            content_body=content.body,
            content_html=content.html,
            content_values=content.values,
            ai_generated_content=content.ai_generated,
            reply_to=content.reply_to,
        )


def campaign_fields(campaign: Campaign, totals: Totals) -> dict[str, Any]:
    """What every view of a campaign shows."""
    fields = {name: getattr(campaign, name) for name in CampaignSummary.model_fields if hasattr(campaign, name)}
    return fields | {
        "stats_sent": totals.sent,
        "stats_delivered": totals.delivered,
        "stats_opened": totals.opened,
        "stats_clicked": totals.clicked,
        "stats_failed": totals.failed,
        "parked": ParkedView.of(campaign),
        "legal_moves": campaign.legal_moves(),
    }


class FindingView(ResponseModel):
    """Something worth knowing before sending. An error keeps the campaign from being sent, or some members from getting
    it."""

    model_config = ConfigDict(json_schema_extra=example(FINDING))

    code: str
    severity: Literal["error", "warning"]
    message: str
    line: int | None
    field: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The view of a finding."""
        return cls.model_validate(finding)


class MoveView(ResponseModel):
    """One entry of the history."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "action": "approve",
                "before": "pending_review",
                "after": "approved",
                "by": "ben",
                "at": "2026-03-01T10:30:00.000Z",
                "reason": None,
            }
        )
    )

    action: str
    before: str
    after: str
    by: str
    at: Instant
    reason: str | None

    @classmethod
    def of(cls, move: Move) -> Self:
        """The view of a move."""
        return cls.model_validate(move)
