"""Campaigns over HTTP; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.campaign import Campaign, CampaignStatus, CampaignType, Move, TargetType
from ariia.domain.channel import Channel
from ariia.domain.content.findings import Finding
from ariia.domain.statistics import Totals
from ariia.services.campaigns import CampaignDetails

from .fields import Id, Instant, RequestModel, ResponseModel, Version, example

Type = Literal["broadcast", "scheduled", "follow_up", "drip"]
ChannelName = Literal["email", "whatsapp", "telegram", "sms", "multi"]
TargetTypeName = Literal["all_members", "segment", "selected", "tags"]
StatusName = Literal[
    "draft", "ai_generating", "pending_review", "approved", "scheduled", "sending", "sent", "failed", "cancelled"
]
_ENUMS: dict[str, type] = {"type": CampaignType, "channel": Channel, "target_type": TargetType}
_WRITTEN: dict[str, Any] = {
    "name": "Spring offer",
    "description": "Ten weeks for the price of eight",
    "type": "broadcast",
    "channel": "email",
    "target_type": "tags",
    "target_filter_json": {"any": ["trial", "paused"], "none": ["staff"]},
    "exclude": {"tags": ["complained-in-person"], "member_ids": ["m-4711"]},
    "template_id": "01k9qjx2v4c1m8r6t5w3y7z0ab",
    "content_subject": "{{ member.first_name|default('Hello') }}, your spring starts here",
    "content_body": "",
    "content_html": "<p>Until {{ offer_end }} you train ten weeks for the price of eight.</p>",
    "content_values": {"offer_end": "31 March"},
    "sender": "Studio Nord <news@studio-nord.example>",
    "reply_to": "team@studio-nord.example",
    "one_per_address": True,
    "track_opens": True,
    "track_clicks": True,
}
_STORED: dict[str, Any] = {
    "id": "01k9qjz7t2n4h6p8s0v3x5y7ab",
    "tenant_id": "studio-nord",
    "status": "approved",
    "ai_prompt": None,
    "preview_token": None,
    "preview_expires_at": None,
    "scheduled_at": None,
    "sent_at": None,
    "created_by": "anna",
    "stats_sent": 0,
    "stats_delivered": 0,
    "stats_opened": 0,
    "stats_clicked": 0,
    "stats_failed": 0,
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T10:30:00.000Z",
    "version": 3,
    "targeted": None,
    "submitted_hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "approved_hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "approved_by": "ben",
    "feedback": None,
    "paused_at": None,
    "pause_reason": None,
    "failure_reason": None,
    "legal_moves": ["cancelled", "draft", "scheduled", "sending"],
}
_PARTS = ("content_subject", "content_body", "content_html", "content_values", "reply_to", "target_filter_json", "exclude")
_SUMMARY = {name: value for name, value in (_WRITTEN | _STORED).items() if name not in _PARTS}
_FINDING = {
    "code": "long_subject",
    "severity": "warning",
    "message": "the subject has 161 characters; many clients cut it",
    "line": 1,
    "field": "content_subject",
}


class CampaignFields(RequestModel):
    """What an author decides. Jinja2 in subject, body and HTML."""

    name: Annotated[str, Field(default_factory=str, min_length=1, max_length=200)]
    description: Annotated[str | None, Field(max_length=2_000)] = None
    type: Annotated[Type, Field(default_factory=lambda: "broadcast", description="Left out: `broadcast`.")]
    channel: Annotated[ChannelName, Field(default_factory=lambda: "email", description="Left out: `email`.")]
    target_type: Annotated[
        TargetTypeName, Field(default_factory=lambda: "all_members", description="Left out: `all_members`.")
    ]
    target_filter_json: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="For `selected`: `member_ids` (at most 5,000). For `tags`: `any`, `all`, `none`. "
            "For `all_members`: empty.",
        ),
    ]
    exclude: Annotated[dict[str, Any], Field(default_factory=dict, description="`tags` and `member_ids` to leave out.")]
    template_id: Annotated[
        Id | None, Field(description="Left out at creation: the tenant's default template. null: none.")
    ] = None
    content_subject: Annotated[str, Field(default_factory=str, max_length=1_000)]
    content_body: Annotated[
        str, Field(default_factory=str, description="The text part; left empty, it is derived from the HTML.")
    ]
    content_html: Annotated[
        str, Field(default_factory=str, description="The HTML between the template's header and footer.")
    ]
    content_values: Annotated[
        dict[str, Any], Field(default_factory=dict, description="Values for the template's declared variables.")
    ]
    sender: Annotated[
        str | None, Field(max_length=400, description="From-address; left out, the tenant's `default_sender`.")
    ] = None
    reply_to: Annotated[str | None, Field(max_length=320)] = None
    one_per_address: Annotated[bool, Field(default_factory=lambda: True, description="Left out: the tenant's choice.")]
    track_opens: Annotated[bool, Field(default_factory=lambda: True, description="Left out: the tenant's choice.")]
    track_clicks: Annotated[bool, Field(default_factory=lambda: True, description="Left out: the tenant's choice.")]

    def fields(self) -> dict[str, Any]:
        """What was sent, by name, with the engine's own types."""
        sent = self.model_dump(exclude_unset=True, exclude={"version"})
        return {name: _ENUMS[name](value) if name in _ENUMS else value for name, value in sent.items()}


class CampaignDraft(CampaignFields):
    """A new campaign."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    name: Annotated[str, Field(min_length=1, max_length=200)]


class CampaignChange(CampaignFields):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(
        json_schema_extra=example({"version": 3, "content_subject": "Your spring starts here", "reply_to": None})
    )

    version: Version | None = None


class CampaignSummary(ResponseModel):
    """A campaign without its content and target."""

    model_config = ConfigDict(json_schema_extra=example(_SUMMARY))

    id: str
    tenant_id: str
    name: str
    description: str | None
    type: Type
    status: StatusName
    channel: ChannelName
    target_type: TargetTypeName
    template_id: str | None
    sender: str | None
    ai_prompt: str | None
    preview_token: str | None
    preview_expires_at: Instant | None
    scheduled_at: Instant | None
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
    failure_reason: str | None
    legal_moves: Annotated[list[str], Field(description="The statuses it can go to from here.")]

    @classmethod
    def of(cls, campaign: Campaign, totals: Totals, **more: Any) -> Self:
        """The view of a campaign with its figures."""
        return cls.model_validate(campaign_fields(campaign, totals) | more)


class CampaignView(CampaignSummary):
    """A campaign as its author edits it."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN | _STORED | {"ai_generated_content": None}))

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
        "legal_moves": campaign.legal_moves(),
    }


class FindingView(ResponseModel):
    """Something worth knowing about the content."""

    model_config = ConfigDict(json_schema_extra=example(_FINDING))

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


def status_of(name: str | None) -> CampaignStatus | None:
    """The status of that name."""
    return CampaignStatus(name) if name else None
