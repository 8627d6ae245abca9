"""Campaigns as they are answered; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.checks.findings import Finding
from ariia.services.campaigns.reading import CampaignDetails
from functions.api.campaigns.examples import FINDING, PARKED, STORED, SUMMARY, WAVE, WRITTEN
from functions.api.campaigns.schemas import ChannelName, ConditionName, LateName, StatusName, TargetTypeName, Type
from functions.api.campaigns.shown import Shown
from functions.api.campaigns.waits import CountedWaitView
from functions.api.gate.auth import Permission
from functions.api.gate.capabilities import GrantedTo
from functions.api.gate.fields import Instant, ResponseModel, example
from functions.api.tenants.timing import MisfireView

ActionName = Literal[
    "edit",
    "submit",
    "approve",
    "reject",
    "schedule",
    "unschedule",
    "send",
    "pause",
    "resume",
    "retry",
    "decide",
    "cancel",
]
STATUS = (
    "`paused` is a campaign that was sending: `resume` goes on with it. `failed`: its run stopped, or nothing of it "
    "went out; `failure_reason` says why."
)
CAUSE = (
    "Why it paused itself: its own bounces and complaints (`reputation`), the provider's account (`account`; "
    "`sandbox`: it may send to verified addresses only), or the message itself, which can't be rendered or is refused "
    "(`content`). null: somebody paused it."
)


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
    status: Annotated[StatusName, Field(description=STATUS)]
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
    updated_at: Annotated[
        Instant,
        Field(
            description="When `version` last rose: by an edit, a move, a pause, or what its run notes. Figures change "
            "without it."
        ),
    ]
    version: Annotated[int, Field(description="Rises with every change of the campaign, those by its run included.")]
    targeted: Annotated[int | None, Field(description="Size of the audience; null until planning is over.")]
    one_per_address: bool
    track_opens: bool
    track_clicks: bool
    submitted_hash: Annotated[str | None, Field(description="What is under review or approved; an approval names it.")]
    approved_hash: str | None
    approved_by: str | None
    feedback: str | None
    paused_at: Annotated[Instant | None, Field(description="Since when it is paused; null while it is not.")]
    pause_reason: Annotated[
        str | None, Field(description="In words: of who paused it, of the provider, or the figures that were met.")
    ]
    pause_cause: Annotated[
        Literal["reputation", "account", "sandbox", "content"] | None,
        Field(description=CAUSE),
    ]
    waves: Annotated[list[WaveView], Field(description="Who goes together; known once the audience is.")]
    parked: Annotated[ParkedView | None, Field(description="Set while the account may not send; goes on by itself.")]
    failure_reason: Annotated[
        str | None, Field(description="Why it failed, or why a late one waits for somebody to send it.")
    ]
    despite: Annotated[
        list[str],
        Field(
            description="Findings of the preflight that were accepted for what is submitted, by code; `content`: a "
            "person resumed it after its content was refused."
        ),
    ]
    actions: Annotated[
        list[ActionName],
        Field(
            description="The operations that this caller may take now: what its status, type and time and the caller's "
            "roles allow. Findings of the preflight (409), the plan (402) and the sender (422) are looked at then."
        ),
    ]

    waits: Annotated[
        list[CountedWaitView],
        Field(description="What it waits for, or how many members do for what. Figures are a minute old at most."),
    ]

    @classmethod
    def of(cls, campaign: Campaign, shown: Shown, **more: Any) -> Self:
        """The view of a campaign with its figures, and what the caller may do."""
        return cls.model_validate(campaign_fields(campaign, shown) | more)


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
    def of_details(cls, details: CampaignDetails, shown: Shown) -> Self:
        """The view of a campaign with its draft content and target."""
        content, target = details.content, details.target
        return cls.of(
            details.campaign,
            shown,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            content_subject=content.subject,
            content_body=content.body,
            content_html=content.html,
            content_values=content.values,
            ai_generated_content=content.ai_generated,
            reply_to=content.reply_to,
        )


def campaign_fields(campaign: Campaign, shown: Shown) -> dict[str, Any]:
    """What every view of a campaign shows."""
    totals = shown.totals
    fields = {name: getattr(campaign, name) for name in CampaignSummary.model_fields if hasattr(campaign, name)}
    return fields | {
        "status": campaign.shown_status,
        "stats_sent": totals.sent,
        "stats_delivered": totals.delivered,
        "stats_opened": totals.opened,
        "stats_clicked": totals.clicked,
        "stats_failed": totals.failed,
        "parked": ParkedView.of(campaign),
        "actions": shown.actions,
        "waits": CountedWaitView.all(shown.waits),
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
