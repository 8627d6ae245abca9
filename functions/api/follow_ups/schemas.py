"""Follow-ups over HTTP; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.follow_ups import FollowUpStatus, MessageFormat
from ariia.domain.ledger.receipt import RecipientStatus
from ariia.domain.rules.misfire import MisfirePolicy
from ariia.domain.statistics.totals import Totals
from ariia.services.follow_ups.follow_ups import FollowUpDetails
from functions.api.campaigns.waits import WaitView
from functions.api.gate.fields import Id, Instant, InstantInput, RequestModel, ResponseModel, Version, example
from functions.api.recipients.schemas import RecipientView
from functions.api.statistics.schemas import RatesView

ChannelName = Literal["email", "whatsapp", "telegram", "sms"]
PolicyName = Literal["send", "skip", "ask"]
FormatName = Literal["text", "html"]
FollowUpActionName = Literal["edit", "decide", "cancel"]
_WRITTEN: dict[str, Any] = {
    "member_id": "m0042",
    "conversation_id": "chat-7731",
    "reason": "Break - back in two weeks",
    "follow_up_at": "2026-03-15T17:00:00.000Z",
    "message_template": "Hello {{ member.first_name }}, how is {{ context.injury }}? Your place is waiting.",
    "channel": "email",
    "subject": "Back on the mat?",
    "ai_context_json": {"injury": "the knee"},
    "cancel_on": ["member_replied", "member_returned"],
}
_STORED: dict[str, Any] = {
    **_WRITTEN,
    "id": "01k9r0a6d3e5f7g9h1j3k5m7np",
    "tenant_id": "studio-nord",
    "status": "pending",
    "created_at": "2026-03-01T09:00:00.000Z",
    "sent_at": None,
    "message_format": "text",
    "sender": None,
    "follow_up_local": None,
    "follow_up_timezone": None,
    "cancel_on_same_conversation": False,
    "misfire_policy": None,
    "sending_at": None,
    "needs_decision": None,
    "ended_at": None,
    "ended_by": None,
    "status_reason": None,
    "error": None,
    "delivery": None,
    "actions": ["edit", "cancel"],
    "waits": {"for": "time", "until": "2026-03-15T17:00:00.000Z", "reason": None},
    "created_by": "lead-agent",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}
_LOCAL = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$"
EventName = Annotated[str, Field(max_length=64, examples=["member_replied"])]
ConversationId = Annotated[str | None, Field(min_length=1, max_length=200, description="The chat it was born in.")]
_KINDS = {"channel": Channel, "message_format": MessageFormat, "misfire_policy": MisfirePolicy}


class FollowUpFields(RequestModel):
    """What an author decides."""

    conversation_id: ConversationId = None
    reason: Annotated[str | None, Field(max_length=2_000)] = None
    follow_up_at: Annotated[InstantInput | None, Field(description="When; or name a local time instead.")] = None
    follow_up_local: Annotated[
        str | None,
        Field(pattern=_LOCAL, description="When, by the clock of `follow_up_timezone`.", examples=["2026-03-15T18:00"]),
    ] = None
    follow_up_timezone: Annotated[
        str | None, Field(description="An IANA name; left out: the member's zone, or the tenant's.")
    ] = None
    subject: Annotated[str | None, Field(max_length=150, description="Jinja2; of e-mails, which need one.")] = None
    message_format: Annotated[
        FormatName, Field(default_factory=lambda: "text", description="`html` (e-mail only): the text is derived.")
    ]
    sender: Annotated[str | None, Field(description="Of e-mails; left out: the tenant's default_sender.")] = None
    ai_context_json: Annotated[
        dict[str, Any], Field(default_factory=dict, description="What the template prints as `context`.")
    ]
    cancel_on: Annotated[
        list[EventName], Field(default_factory=list, max_length=20, description="Events that make it pointless.")
    ]
    cancel_on_same_conversation: Annotated[
        bool, Field(default_factory=bool, description="Only when the event names this conversation.")
    ]
    misfire_policy: Annotated[
        PolicyName | None, Field(description="What becomes of it when it is late; left out: the tenant's setting.")
    ] = None

    def fields(self) -> dict[str, Any]:
        """What was sent, by name, with the engine's own types."""
        sent = self.model_dump(exclude_unset=True, exclude={"version"})
        return {name: _KINDS[name](value) if name in _KINDS and value else value for name, value in sent.items()}


class FollowUpDraft(FollowUpFields):
    """A new follow-up. The template is Jinja2 with `member`, `tenant`, `context` and `unsubscribe_url`; an e-mail that
    does not print that link gets a line with it."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    member_id: Id
    message_template: Annotated[str, Field(min_length=1, max_length=100_000)]
    channel: Annotated[ChannelName, Field(default_factory=lambda: "email")]


class FollowUpChange(FollowUpFields):
    """The fields to be changed, while it waits."""

    model_config = ConfigDict(json_schema_extra=example({"follow_up_local": "2026-03-16T18:00", "version": 1}))

    message_template: Annotated[str, Field(default_factory=str, min_length=1, max_length=100_000)]
    version: Version | None = None


class FollowUpStop(RequestModel):
    """Why it is cancelled."""

    model_config = ConfigDict(json_schema_extra=example({"reason": "She wrote that she is back"}))

    reason: Annotated[str | None, Field(min_length=1, max_length=2_000)] = None


class FollowUpDecision(RequestModel):
    """Whether one that was late still goes."""

    model_config = ConfigDict(json_schema_extra=example({"decision": "send"}))

    decision: Literal["send", "skip"]


class FollowUpView(ResponseModel):
    """A follow-up as it stands. `status` and `sent_at` follow the ledger as soon as the message has left."""

    model_config = ConfigDict(json_schema_extra=example(_STORED))

    id: str
    tenant_id: str
    member_id: str
    conversation_id: str | None
    reason: str | None
    follow_up_at: Instant
    message_template: str
    channel: ChannelName
    status: Literal["pending", "sent", "cancelled", "failed"]
    ai_context_json: dict[str, Any]
    created_at: Instant
    sent_at: Instant | None
    subject: str | None
    message_format: FormatName
    sender: str | None
    follow_up_local: str | None
    follow_up_timezone: str | None
    cancel_on: list[str]
    cancel_on_same_conversation: bool
    misfire_policy: PolicyName | None
    sending_at: Annotated[Instant | None, Field(description="Since when it is on its way.")]
    needs_decision: Annotated[str | None, Field(description="Why a person must say whether it still goes.")]
    ended_at: Instant | None
    ended_by: str | None
    status_reason: Annotated[
        str | None, Field(description="Why it ended so: an exclusion reason, the event or the caller's words.")
    ]
    error: str | None
    delivery: Annotated[RecipientView | None, Field(description="What became of the message, from the ledger.")]
    actions: Annotated[list[FollowUpActionName], Field(description="The operations that this caller may take now.")]
    waits: Annotated[WaitView | None, Field(description="What it waits for, and until when; null when it is over.")]
    created_by: str
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, details: FollowUpDetails, actions: list[str]) -> Self:
        """The view of a follow-up, and what the caller may do with it."""
        shown, delivery = dict(vars(details.follow_up)), details.delivery
        fields = {name: value for name, value in shown.items() if name in cls.model_fields}
        if delivery is not None:
            fields |= _by_ledger(details)
        shown_delivery = RecipientView.of(delivery) if delivery else None
        fields |= {"actions": actions, "delivery": shown_delivery, "waits": WaitView.of(details.waits)}
        return cls.model_validate(fields)


def _by_ledger(details: FollowUpDetails) -> dict[str, Any]:
    """What the ledger knows better than the record, which learns of it a little later."""
    delivery, status = details.delivery, details.follow_up.status
    if delivery is None or status is FollowUpStatus.CANCELLED:
        return {}
    if delivery.status is RecipientStatus.FAILED:
        return {"status": FollowUpStatus.FAILED, "error": delivery.error_message}
    if delivery.status is RecipientStatus.EXCLUDED and delivery.reason != ExclusionReason.NEEDS_DECISION:
        return {"status": FollowUpStatus.CANCELLED, "status_reason": delivery.reason}
    if delivery.status in (RecipientStatus.PENDING, RecipientStatus.EXCLUDED):
        return {}
    return {"status": FollowUpStatus.SENT, "sent_at": delivery.sent_at or details.follow_up.sent_at, "error": None}


class FollowUpStatistics(ResponseModel):
    """All follow-ups of the tenant that set out: targeted = pending + sent + failed + bounced + excluded."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "targeted": 40,
                "pending": 1,
                "sent": 36,
                "failed": 1,
                "bounced": 0,
                "excluded": 2,
                "delivered": 36,
                "opened": 20,
                "clicked": 4,
                "complained": 0,
                "unsubscribed": 1,
                "excluded_by_reason": {"cancelled": 1, "no_consent": 1},
                "rates": {
                    "delivered": 1.0,
                    "bounced": 0.0,
                    "opened": 0.5556,
                    "clicked": 0.1111,
                    "complained": 0.0,
                    "unsubscribed": 0.0278,
                },
            }
        )
    )

    targeted: int
    pending: int
    sent: int
    failed: int
    bounced: int
    excluded: int
    delivered: int
    opened: int
    clicked: int
    complained: int
    unsubscribed: int
    excluded_by_reason: dict[str, int]
    rates: RatesView

    @classmethod
    def of(cls, totals: Totals) -> Self:
        """The view of these figures."""
        counts = {name: value for name, value in vars(totals).items() if name in cls.model_fields}
        return cls(rates=RatesView.of(totals), **counts)
