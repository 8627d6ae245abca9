"""What became of a campaign for one member, as other campaigns and segments may ask about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.ledger.batch import Entry
from ariia.domain.ledger.receipt import EventKind, Receipt, RecipientStatus, status_of


class RecipientFact(StrEnum):
    """The facts of the concept about a recipient. Each includes what it implies: who clicked has opened, who opened was
    delivered to. Only human opens and clicks count; `failed` includes bounces."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"


_F = RecipientFact
_UNSENT = (RecipientStatus.PENDING, RecipientStatus.EXCLUDED)


@dataclass
class CampaignFacts:
    """Member ids of one part of a campaign's audience, by fact; `meant` are those who got it or still will."""

    by_fact: dict[RecipientFact, set[str]] = field(default_factory=lambda: {fact: set() for fact in RecipientFact})
    meant: set[str] = field(default_factory=set)

    def note(self, entry: Entry, receipt: Receipt | None, *, is_over: bool) -> None:
        """Adds what the ledger holds about one member. `is_over`: the campaign was cancelled, so that who waits won't
        get it any more."""
        status = status_of(entry, receipt)
        for fact in _facts(status, receipt):
            self.by_fact[fact].add(entry.member_id)
        waits = status is RecipientStatus.PENDING and not is_over
        if waits or status not in (*_UNSENT, RecipientStatus.FAILED):
            self.meant.add(entry.member_id)


def _facts(status: RecipientStatus, receipt: Receipt | None) -> Iterator[RecipientFact]:
    if status in (RecipientStatus.FAILED, RecipientStatus.BOUNCED):
        yield _F.FAILED
    if status in _UNSENT or status is RecipientStatus.FAILED:
        return
    yield _F.SENT
    if status is RecipientStatus.CLICKED:
        yield _F.CLICKED
    opened = status in (RecipientStatus.CLICKED, RecipientStatus.OPENED)
    if opened:
        yield _F.OPENED
    if opened or (receipt is not None and receipt.at(EventKind.DELIVERED) and status is not RecipientStatus.BOUNCED):
        yield _F.DELIVERED
