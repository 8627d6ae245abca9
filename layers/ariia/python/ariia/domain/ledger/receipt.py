"""The receipt: what the provider and the member did with one message. Merging is order-free and repeatable."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.ledger.batch import Entry, EntryState

RECEIPT_PREFIX = "receipt#"


class EventKind(StrEnum):
    """What can be reported about a message. The value names the receipt's timestamp."""

    SENT = "sent_at"
    DELIVERED = "delivered_at"
    DELAYED = "delayed_at"
    BOUNCED = "bounced_at"
    SOFT_BOUNCED = "soft_bounced_at"
    COMPLAINED = "complained_at"
    OPENED = "opened_at"
    CLICKED = "clicked_at"
    MACHINE_OPENED = "machine_opened_at"
    MACHINE_CLICKED = "machine_clicked_at"
    UNSUBSCRIBED = "unsubscribed_at"


@dataclass
class Receipt:
    """Facts about one (member, message). Each instant (epoch ms) is the earliest the provider stamped for its kind.
    `accepted_attempts` have proof of acceptance; `refused_attempts` were refused after it, by attempt, with the reason;
    `links` are the first human clicks by link."""

    times: dict[str, int] = field(default_factory=dict)
    accepted_attempts: list[int] = field(default_factory=list)
    refused_attempts: dict[str, str] = field(default_factory=dict)
    provider_id: str | None = None
    bounce_reason: str | None = None
    links: dict[str, int] = field(default_factory=dict)

    def at(self, kind: EventKind) -> int | None:
        """When `kind` first happened (epoch ms); None when it did not."""
        return self.times.get(kind)


def merge(one: Receipt, other: Receipt) -> Receipt:
    """Both receipts in one: commutative, associative and idempotent, so that order and repetition don't matter."""
    refused = dict(one.refused_attempts)
    for attempt, reason in other.refused_attempts.items():
        refused[attempt] = min(reason, refused.get(attempt, reason))
    return Receipt(
        times=_earliest(one.times, other.times),
        accepted_attempts=sorted({*one.accepted_attempts, *other.accepted_attempts}),
        refused_attempts=dict(sorted(refused.items())),
        provider_id=_least(one.provider_id, other.provider_id),
        bounce_reason=_least(one.bounce_reason, other.bounce_reason),
        links=_earliest(one.links, other.links),
    )


def _earliest(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {
        kind: min(at for at in (one.get(kind), other.get(kind)) if at is not None)
        for kind in sorted(one.keys() | other.keys())
    }


def _least(one: str | None, other: str | None) -> str | None:
    return min((value for value in (one, other) if value is not None), default=None)


class RecipientStatus(StrEnum):
    """The recipient statuses of the concept, plus `excluded`."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"
    BOUNCED = "bounced"
    EXCLUDED = "excluded"


def status_of(entry: Entry, receipt: Receipt | None) -> RecipientStatus:
    """The derived status: clicked > opened > bounced > delivered > failed > sent > pending (architecture, receipt).

    Bounced is a permanent bounce, or a transient one of a message that was never delivered (given up). Only human
    opens and clicks count. A refusal counts for the attempt that the entry stands on and no other."""
    if receipt is not None:
        if receipt.at(EventKind.CLICKED):
            return RecipientStatus.CLICKED
        if receipt.at(EventKind.OPENED):
            return RecipientStatus.OPENED
        if is_bounced(receipt):
            return RecipientStatus.BOUNCED
        if receipt.at(EventKind.DELIVERED):
            return RecipientStatus.DELIVERED
    if entry.state is EntryState.EXCLUDED:
        return RecipientStatus.EXCLUDED
    if entry.state is EntryState.FAILED or (receipt is not None and refusal_of(entry, receipt) is not None):
        return RecipientStatus.FAILED
    if entry.state is EntryState.ACCEPTED:
        return RecipientStatus.SENT
    return RecipientStatus.PENDING


def is_bounced(receipt: Receipt) -> bool:
    """True for a permanent bounce, or a transient one of a message that was never delivered."""
    if receipt.at(EventKind.BOUNCED):
        return True
    return bool(receipt.at(EventKind.SOFT_BOUNCED)) and not receipt.at(EventKind.DELIVERED)


def refusal_of(entry: Entry, receipt: Receipt) -> str | None:
    """Why the provider refused the accepted attempt afterwards (Reject, Rendering Failure); None when it did not."""
    if entry.state is not EntryState.ACCEPTED:
        return None
    return receipt.refused_attempts.get(str(entry.attempt))
