"""ScheduledFollowUp: a message that a conversation asked for, to one member at one time (concept, section 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.domain.rules.misfire import MisfirePolicy

MAX_AHEAD_MS = 366 * 86_400_000


class FollowUpStatus(StrEnum):
    """Where a follow-up stands (concept)."""

    PENDING = "pending"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"


class MessageFormat(StrEnum):
    """What `message_template` is: plain text, or HTML (e-mail only) whose text part is derived."""

    TEXT = "text"
    HTML = "html"


@dataclass
class ScheduledFollowUp:
    """A follow-up. `follow_up_at` is the instant that `follow_up_local` means in `follow_up_timezone`, where those are
    given. `sending_at`: since when it is on its way (still `pending` to the outside). `needs_decision`: why a person
    must say whether it is still to go; `decided_at`: when one said so. `status_reason` is one of ExclusionReason or a
    name of ours, `error` the words about it. Instants are epoch milliseconds."""

    id: str
    tenant_id: str
    member_id: str
    follow_up_at: int
    message_template: str
    channel: Channel = Channel.EMAIL
    status: FollowUpStatus = FollowUpStatus.PENDING
    conversation_id: str | None = None
    reason: str | None = None
    ai_context_json: dict[str, Any] = field(default_factory=dict)
    created_at: int = 0
    sent_at: int | None = None
    subject: str | None = None
    message_format: MessageFormat = MessageFormat.TEXT
    sender: str | None = None
    follow_up_local: str | None = None
    follow_up_timezone: str | None = None
    cancel_on: list[str] = field(default_factory=list)
    cancel_on_same_conversation: bool = False
    misfire_policy: MisfirePolicy | None = None
    sending_at: int | None = None
    needs_decision: str | None = None
    decided_at: int | None = None
    ended_at: int | None = None
    ended_by: str | None = None
    status_reason: str | None = None
    error: str | None = None
    created_by: str = ""
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None

    @property
    def is_over(self) -> bool:
        """True when nothing will happen to it any more."""
        return self.status is not FollowUpStatus.PENDING

    def open_actions(self, *, in_flight: bool = False) -> list[str]:
        """The operations of the API that its state allows; `in_flight`: a sender holds its message."""
        if self.is_over or in_flight:
            return []
        if self.sending_at is not None:
            return ["cancel"]
        return ["edit", *(["decide"] if self.needs_decision is not None else []), "cancel"]

    @property
    def container_id(self) -> str:
        """The container that its message goes out in."""
        return container_id(DispatchKind.FOLLOW_UP, self.tenant_id, self.id)

    @property
    def revisit(self) -> Revisit:
        """The look that brings it on."""
        return Revisit(RevisitKind.FOLLOW_UP, self.tenant_id, self.id, {"follow_up_id": self.id})

    def is_cancelled_by(self, event: str, conversation_id: str | None) -> bool:
        """True when the event `event` of its member (in that conversation) makes it pointless."""
        if event not in self.cancel_on:
            return False
        return not self.cancel_on_same_conversation or self.conversation_id == conversation_id

    def end(
        self, status: FollowUpStatus, *, at: int, by: str, reason: str | None = None, error: str | None = None
    ) -> None:
        """Ends it as `status`."""
        self.status, self.ended_at, self.ended_by, self.updated_at = status, at, by, at
        self.status_reason, self.error, self.needs_decision = reason, error, None

    def end_as(self, entry: Entry, *, at: int, by: str) -> None:
        """Ends it as what became of its message."""
        if entry.state is EntryState.ACCEPTED:
            self.end(FollowUpStatus.SENT, at=at, by=by)
            self.sent_at = entry.at or at
        elif entry.state is EntryState.FAILED:
            self.end(FollowUpStatus.FAILED, at=at, by=by, reason="refused", error=entry.detail)
        elif entry.detail == ExclusionReason.NEEDS_DECISION:
            words = "nobody knows whether the provider took it, and this tenant does not want it tried again"
            self.end(FollowUpStatus.FAILED, at=at, by=by, reason=entry.detail, error=words)
        else:
            self.end(FollowUpStatus.CANCELLED, at=at, by=by, reason=entry.detail)


def require_open(follow_up: ScheduledFollowUp, done: str) -> None:
    """ConflictError when it is over or on its way, saying which."""
    if follow_up.is_over:
        raise ConflictError(f"a follow-up that is {follow_up.status} can't be {done}", about=follow_up)
    if follow_up.sending_at is not None:
        raise ConflictError(f"a follow-up that is already sending can't be {done}", about=follow_up)
