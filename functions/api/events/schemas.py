"""Events of members over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from ariia.domain.events import NAME_PATTERN, MemberEvent
from functions.api.gate.fields import Id, Instant, InstantInput, RequestModel, ResponseModel, example

_WRITTEN: dict[str, Any] = {
    "id": "wamid.HBgLNDkxNzAx",
    "name": "member_replied",
    "member_id": "m0042",
    "conversation_id": "chat-7731",
    "at": "2026-03-10T16:30:00.000Z",
    "data": {"channel": "whatsapp"},
}


class EventDraft(RequestModel):
    """Something that happened to a member."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    id: Annotated[
        str | None,
        Field(min_length=1, max_length=200, description="The event's own id; the same one twice counts once."),
    ] = None
    name: Annotated[str, Field(pattern=NAME_PATTERN, description="For example `member_replied`, or one of your own.")]
    member_id: Id
    conversation_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    at: Annotated[InstantInput | None, Field(description="When it happened; left out: now.")] = None
    data: Annotated[dict[str, Any], Field(default_factory=dict, description="At most 16 KB as JSON.")]

    def fields(self) -> dict[str, Any]:
        """What was sent, by name."""
        return self.model_dump(exclude_unset=True, exclude={"id"})


class EventView(ResponseModel):
    """An event that was taken in, and what it did."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                **_WRITTEN,
                "id": "qm6y2c5h4t3v7n8p9r0s1w2x3z",
                "received_at": "2026-03-10T16:30:01.000Z",
                "cancelled_follow_ups": ["01k9r0a6d3e5f7g9h1j3k5m7np"],
            }
        )
    )

    id: str
    name: str
    member_id: str
    conversation_id: str | None
    at: Instant
    data: dict[str, Any]
    received_at: Instant
    cancelled_follow_ups: Annotated[list[str], Field(description="Follow-ups that this event cancelled.")]

    @classmethod
    def of(cls, event: MemberEvent) -> Self:
        """The view of an event."""
        fields = {name: value for name, value in vars(event).items() if name in cls.model_fields}
        return cls(**fields, cancelled_follow_ups=event.cancelled)
