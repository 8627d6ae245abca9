"""What else is stored under a member's id: events, places on lists, notes, a row that came back, the audit trail."""

from __future__ import annotations

from ariia.domain.audit.entries import subject_of
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.privacy.erasure import Erasure
from ariia.ports.audit import AuditTrail
from ariia.ports.engagement import EngagementStore
from ariia.ports.events import EventStore
from ariia.ports.members import MemberScan, MemberStore
from ariia.ports.segments import SegmentLists, SegmentStore
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.steps import Found, piece_of

_PAGE = 100
_REDACTED_AT_ONCE = 50


class EventsStep:
    """Takes the member's events away, and the notes by which each counted once."""

    name = "events"

    def __init__(self, events: EventStore) -> None:
        self._events = events

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        page = self._events.of_member(erasure.tenant_id, erasure.who, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.position)
        return Found(some, {"events": len(some)} if some else {}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for event in found.items:
            self._events.remove(event)
        return None


class ListsStep:
    """Takes the member off the lists of static segments."""

    name = "lists"

    def __init__(self, segments: SegmentStore, lists: SegmentLists, shards: int) -> None:
        self._segments, self._lists, self._shards = segments, lists, shards

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        page = self._segments.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id, ascending=True)
        on = [segment for segment in some if not segment.is_dynamic and self._is_on(erasure, segment.id)]
        return Found(on, {"lists": len(on)} if on else {}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for segment in found.items:
            self._lists.remove(erasure.tenant_id, segment.id, [erasure.who])
        return None

    def _is_on(self, erasure: Erasure, segment_id: str) -> bool:
        shard = shard_of(erasure.who, self._shards)
        return bool(self._lists.between(erasure.tenant_id, segment_id, shard, erasure.who, erasure.who))


class EngagementStep:
    """Takes the member out of the notes of what members were sent and did, which would be settled some day."""

    name = "engagement"

    def __init__(self, engagement: EngagementStore) -> None:
        self._engagement = engagement

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. What was settled lies in the member's row; notes are no kind of thing of their own."""
        return Found()

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        self._engagement.forget(erasure.tenant_id, erasure.who)
        return None


class RowStep:
    """Looks once more whether there is a row: a request that read the member before the mark may have written it."""

    name = "row"

    def __init__(self, members: MemberScan, beginning: ErasureBeginning) -> None:
        self._members, self._beginning = members, beginning

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. The member was counted when it began."""
        return Found(list(self._members.get_many(erasure.tenant_id, [erasure.who])))

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        if found.items and not self._beginning.take_out(erasure):
            raise TransientError("the member's row changed; it is looked for again")
        return None


class AuditStep:
    """Leaves of the entries about the member, and about addresses that nobody else has, that something happened, and a
    hash of what it was."""

    name = "audit"

    def __init__(self, trail: AuditTrail, members: MemberStore) -> None:
        self._trail, self._members = trail, members

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        subjects = [subject_of(erasure.tenant_id, erasure.who), *self._addresses(erasure)]
        named = sum(self._trail.redact(erasure.tenant_id, one, 0) for one in subjects)
        return Found(subjects, {"audit_rows": named} if named else {})

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for subject in found.items:
            while self._trail.redact(erasure.tenant_id, subject, _REDACTED_AT_ONCE) > _REDACTED_AT_ONCE:
                pass
        return None

    def _addresses(self, erasure: Erasure) -> list[str]:
        """Their hashes; one that serves several channels once."""
        mine = [key for key in erasure.keys if key.channel is not Channel.MULTI]
        alone = (key for key in mine if not self._members.sharers(key.tenant_id, key.channel, key.hash))
        return list(dict.fromkeys(key.hash for key in alone))
