"""What an event proves about an attempt that was thought to have ended otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind, Receipt


def corrected(entry: Entry, event: ProviderEvent, receipt: Receipt | None = None) -> Entry:
    """The entry as the event shows it to be; the entry itself where the event is no news.

    A refusal (Reject, Rendering Failure) fails the attempt that the entry was accepted by. Any other event shows that
    its attempt was accepted, whatever was made of the provider's silence meanwhile; unless the receipt knows that the
    very attempt was refused after that."""
    if not event.proves_acceptance:
        if entry.state is EntryState.ACCEPTED and entry.attempt == event.attempt:
            return replace(entry, state=EntryState.FAILED, detail=event.reason or "refused by the provider", at=0)
        return entry
    if not is_open(entry) or event.attempt in (0, entry.attempt):
        return entry
    if receipt is not None and str(event.attempt) in receipt.refused_attempts:
        return entry
    return Entry(entry.member_id, EntryState.ACCEPTED, event.provider_id, event.attempt, event.at, entry.untracked)


def is_open(entry: Entry) -> bool:
    """True while an event may still show that the member was reached."""
    if entry.state is EntryState.EXCLUDED:
        return entry.detail in (ExclusionReason.NEEDS_DECISION, ExclusionReason.GIVEN_UP)
    return entry.state in (EntryState.PENDING, EntryState.FAILED)


def proven(member_id: str, receipt: Receipt | None) -> Entry | None:
    """The entry of a member whom some attempt reached, as their receipt shows; None while it shows no such thing."""
    if receipt is None:
        return None
    good = [one for one in receipt.accepted_attempts if str(one) not in receipt.refused_attempts]
    if not good:
        return None
    at = receipt.at(EventKind.SENT) or min(receipt.times.values(), default=0)
    return Entry(member_id, EntryState.ACCEPTED, receipt.provider_id or "", max(good), at)


def open_count(entries: Iterable[Entry]) -> int:
    """How many entries are open to evidence."""
    return sum(map(is_open, entries))
