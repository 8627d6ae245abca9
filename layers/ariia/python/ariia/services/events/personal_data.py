"""Events of a member: an erasure takes them away, an export tells them."""

from __future__ import annotations

from ariia.domain.documents import encode
from ariia.domain.members.member import Member
from ariia.ports.events import EventStore
from ariia.ports.personal_data import Erasing, Found, Told, piece_of, told_page

_PAGE = 100


class EventsStep:
    """Takes the member's events away, and the notes by which each counted once."""

    name = "events"
    tables = ("events",)

    def __init__(self, events: EventStore) -> None:
        self._events = events

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._events.of_member(erasure.tenant_id, erasure.who, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.position)
        return Found(some, {"events": len(some)} if some else {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for event in found.items:
            self._events.remove(event)
        return None


class EventsSection:
    """The member's events, newest first."""

    name = document = "events"
    tables = ("events",)

    def __init__(self, events: EventStore) -> None:
        self._events = events

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page = self._events.of_member(member.tenant_id, member.id, _PAGE, after)
        return told_page(page, _PAGE, lambda one: one.position, [encode(one) for one in page])
