"""Recipients as the API shows them (CampaignRecipient of the concept, and why)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.recipients.recipient import Recipient
from ariia.domain.recipients.timeline import Story
from functions.api.campaigns.waits import WaitView
from functions.api.gate.fields import Instant, ResponseModel

StatusName = Literal["pending", "sent", "delivered", "opened", "clicked", "failed", "bounced", "excluded"]
ReasonName = Literal[
    "no_address",
    "no_consent",
    "suppressed",
    "frequency_cap",
    "quota",
    "duplicate_address",
    "holdout",
    "cancelled",
    "expired",
    "erased",
    "needs_decision",
    "given_up",
]
_RECIPIENT: dict[str, Any] = {
    "id": "01k9-m0042",
    "campaign_id": "01k9",
    "member_id": "m0042",
    "status": "delivered",
    "reason": None,
    "error_message": None,
    "provider_id": "0107018f-5b1c",
    "attempt": 1,
    "sent_at": "2026-03-01T18:00:00.000Z",
    "delivered_at": "2026-03-01T18:00:02.000Z",
    "opened_at": None,
    "clicked_at": None,
    "bounced_at": None,
    "complained_at": None,
    "unsubscribed_at": None,
    "machine_opened_at": None,
    "waits": None,
}
_HAPPENING: dict[str, Any] = {"at": "2026-03-01T18:00:02.000Z", "event": "delivered", "detail": None}


class RecipientView(ResponseModel):
    """One member in one campaign."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECIPIENT]})

    id: str
    campaign_id: str
    member_id: str
    status: StatusName
    reason: Annotated[ReasonName | None, Field(description="Why an excluded member gets nothing.")]
    error_message: str | None
    provider_id: str | None
    attempt: int
    sent_at: Instant | None
    delivered_at: Instant | None
    opened_at: Instant | None
    clicked_at: Instant | None
    bounced_at: Instant | None
    complained_at: Instant | None
    unsubscribed_at: Instant | None
    machine_opened_at: Instant | None
    waits: Annotated[WaitView | None, Field(description="What a pending one waits for, and until when.")]

    @classmethod
    def of(cls, recipient: Recipient) -> Self:
        """The view of a recipient."""
        return cls.model_validate(vars(recipient) | {"waits": WaitView.of(recipient.waits)})


class HappeningView(ResponseModel):
    """Something that happened to a message."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HAPPENING]})

    at: Instant
    event: str
    detail: str | None


class RecipientStory(RecipientView):
    """One member in one campaign, with everything that happened, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_RECIPIENT, "timeline": [_HAPPENING]}]})

    timeline: list[HappeningView]

    @classmethod
    def of_story(cls, story: Story) -> Self:
        """The view of a story."""
        fields = RecipientView.of(story.recipient).__dict__
        return cls(**fields, timeline=[HappeningView.model_validate(one) for one in story.timeline])
