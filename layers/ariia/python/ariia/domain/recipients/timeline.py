"""One member's story in one campaign: everything that is known to have happened, in order of time."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import EventKind, Receipt
from ariia.domain.recipients.recipient import Recipient


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened `at` (epoch ms). `event` is `planned`, `excluded`, `failed` or an event of the receipt
    (`sent`, `delivered`, `machine_opened`, …); `detail` is a reason, where there is one."""

    at: int
    event: str
    detail: str | None = None


@dataclass(frozen=True)
class Story:
    """The recipient and how it came to its status."""

    recipient: Recipient
    timeline: list[TimelineEntry]


def timeline(campaign: Dispatch, entry: Entry, receipt: Receipt | None) -> list[TimelineEntry]:
    """What happened, oldest first; in the order of a message's life where instants are equal."""
    facts = receipt or Receipt()
    happenings = [TimelineEntry(campaign.planned_at, "planned")] if campaign.planned_at else []
    happenings += _by_us(entry)
    for kind in EventKind:
        at = facts.at(kind)
        # Our own note of the acceptance and the provider's send event are the same thing.
        if at is not None and not (kind is EventKind.SENT and entry.state is EntryState.ACCEPTED):
            happenings.append(TimelineEntry(at, kind.name.lower(), _detail(kind, facts)))
    return sorted(happenings, key=lambda one: one.at)


def _by_us(entry: Entry) -> list[TimelineEntry]:
    if entry.state is EntryState.ACCEPTED:
        return [TimelineEntry(entry.at, "sent")]
    if entry.state in (EntryState.FAILED, EntryState.EXCLUDED) and entry.at:
        event = "failed" if entry.state is EntryState.FAILED else "excluded"
        return [TimelineEntry(entry.at, event, entry.detail)]
    return []


def _detail(kind: EventKind, facts: Receipt) -> str | None:
    return facts.bounce_reason if kind in (EventKind.BOUNCED, EventKind.SOFT_BOUNCED) else None
