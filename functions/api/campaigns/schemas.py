"""What is asked of campaigns over HTTP; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ariia.domain.audience.target import FollowUpCondition, TargetType
from ariia.domain.campaigns.campaign import LateMembers
from ariia.domain.channel import Channel
from ariia.domain.ledger.dispatch import CampaignType
from functions.api.campaigns.examples import WRITTEN
from functions.api.gate.fields import NOT_BLANK, Id, Name, RequestModel, Version, example
from functions.api.tenants.timing import MisfireInput

Type = Literal["broadcast", "scheduled", "follow_up", "drip"]
ChannelName = Literal["email", "whatsapp", "telegram", "sms", "multi"]
TargetTypeName = Literal["all_members", "segment", "selected", "tags"]
StatusName = Literal[
    "draft",
    "ai_generating",
    "pending_review",
    "approved",
    "scheduled",
    "sending",
    "paused",
    "sent",
    "failed",
    "cancelled",
]
ConditionName = Literal["not_opened", "opened", "clicked", "not_clicked", "failed"]
LateName = Literal["next_day", "at_once"]
_ENUMS: dict[str, type] = {
    "type": CampaignType,
    "channel": Channel,
    "target_type": TargetType,
    "follow_up_condition": FollowUpCondition,
    "late_members": LateMembers,
}


class MessageFields(RequestModel):
    """What an author decides of any campaign. Jinja2 in subject, body and HTML."""

    name: Annotated[str, Field(default_factory=str, min_length=1, max_length=200, pattern=NOT_BLANK)]
    description: Annotated[str | None, Field(max_length=2_000)] = None
    channel: Annotated[ChannelName, Field(default_factory=lambda: "email", description="Left out: `email`.")]
    target_type: Annotated[
        TargetTypeName, Field(default_factory=lambda: "all_members", description="Left out: `all_members`.")
    ]
    target_filter_json: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="For `selected`: `member_ids` (at most 5,000). For `tags`: `any`, `all`, `none`. "
            "For `segment`: `segment_ids` (at most 20) and `match`, `any` (left out) or `all`. "
            "For `all_members`: empty.",
        ),
    ]
    exclude: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="Who is left out: `tags`, `member_ids`, `segment_ids`, and `campaign_ids` for the "
            "recipients of other campaigns (those who got them or still will).",
        ),
    ]
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
    member_local_time: Annotated[
        bool,
        Field(
            default_factory=bool,
            description="Everybody gets it when the local time comes where they are. The run starts, and the "
            "audience is evaluated, when it comes first on earth (UTC+14).",
        ),
    ]
    late_members: Annotated[
        LateName,
        Field(
            default_factory=lambda: "next_day",
            description="When members get it for whom the local time has passed at the start.",
        ),
    ]
    misfire: Annotated[
        MisfireInput,
        Field(default_factory=MisfireInput, description="What becomes of it when it is late; left out: the tenant's."),
    ]

    def fields(self) -> dict[str, Any]:
        """What was sent, by name, with the engine's own types."""
        sent = self.model_dump(exclude_unset=True, exclude={"version", "misfire"})
        fields = {
            name: _ENUMS[name](value) if name in _ENUMS and value is not None else value for name, value in sent.items()
        }
        return fields | {"misfire": self.misfire.misfire()} if "misfire" in self.model_fields_set else fields


class CampaignFields(MessageFields):
    """What an author decides of a single campaign."""

    type: Annotated[Type, Field(default_factory=lambda: "broadcast", description="Left out: `broadcast`.")]
    follow_up_of: Annotated[
        Id | None,
        Field(description="Of a `follow_up`: the campaign that it follows, whose recipients it goes to."),
    ] = None
    follow_up_condition: Annotated[
        ConditionName | None,
        Field(
            description="Of a `follow_up`: which of them, by what they did. Only opens and clicks of people "
            "count; `not_opened` and `not_clicked` mean who got the message; `failed` includes bounces."
        ),
    ] = None
    follow_up_after_hours: Annotated[
        int | None, Field(ge=0, le=8_760, description="Of a `follow_up`: hours from the end of the earlier campaign.")
    ] = None
    scheduled_at: Annotated[
        str | None,
        Field(
            max_length=40,
            description="For the type `scheduled`: an ISO 8601 instant with Z or an offset, or a local time without "
            "one. A local time that a clock change skips means the first instant behind the gap; one that comes twice "
            "means its first occurrence.",
        ),
    ] = None
    scheduled_timezone: Annotated[
        str | None, Field(max_length=64, description="IANA zone of a local `scheduled_at`; left out, the tenant's.")
    ] = None


class CampaignDraft(CampaignFields):
    """A new campaign."""

    model_config = ConfigDict(json_schema_extra=example(WRITTEN))

    name: Name


class CampaignChange(CampaignFields):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(
        json_schema_extra=example({"version": 3, "content_subject": "Your spring starts here", "reply_to": None})
    )

    version: Version | None = None
