"""Lists of static segments: an erasure takes the member off them, an export tells on which the member is."""

from __future__ import annotations

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.identifiers import shard_of
from ariia.domain.members.member import Member
from ariia.ports.personal_data import Erasing, Found, Told, piece_of, told_page
from ariia.ports.segments import SegmentListReader, SegmentLists, SegmentStore

_PAGE = 100


class ListsStep:
    """Takes the member off the lists of static segments."""

    name = "lists"
    tables = ("segment-members",)

    def __init__(self, segments: SegmentStore, lists: SegmentLists, shards: int) -> None:
        self._segments, self._lists, self._shards = segments, lists, shards

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._segments.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id, ascending=True)
        on = [one for one in some if _names(self._lists, one, erasure.who, self._shards)]
        return Found(on, {"lists": len(on)} if on else {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for segment in found.items:
            self._lists.remove(erasure.tenant_id, segment.id, [erasure.who])
        return None


class ListsSection:
    """The static segments on whose lists the member is, in the order of their ids."""

    name = document = "lists"
    tables = ("segment-members",)

    def __init__(self, segments: SegmentStore, lists: SegmentListReader, shards: int) -> None:
        self._segments, self._lists, self._shards = segments, lists, shards

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page = self._segments.page(member.tenant_id, _PAGE, after)
        on = [one for one in page if _names(self._lists, one, member.id, self._shards)]
        return told_page(page, _PAGE, lambda one: one.id, [{"id": one.id, "name": one.name} for one in on])


def _names(lists: SegmentListReader, segment: MemberSegment, member_id: str, shards: int) -> bool:
    """True for a static segment that has the member on its list."""
    if segment.is_dynamic:
        return False
    return bool(lists.between(segment.tenant_id, segment.id, shard_of(member_id, shards), member_id, member_id))
