"""The lists of static segments: changed by the chunk, read by the page, emptied when the segment goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.audience.segment import MAX_LISTED_AT_ONCE
from ariia.domain.audience.segment_task import SegmentTask
from ariia.domain.errors import ConflictError, InvalidError, Problem
from ariia.ports.members.members import MemberScan
from ariia.ports.segments import SegmentLists
from ariia.ports.shard_work import ShardWork
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.audience.segments import Segments


@dataclass(frozen=True)
class ListChange:
    """What one chunk came to: ids on the list, ids off it, and those that are no members, which were left out."""

    added: int
    removed: int
    unknown: list[str]


@dataclass(frozen=True)
class ListPage:
    """Ids in a stable order; `after` leads to the next page and is None at the end."""

    member_ids: list[str]
    after: str | None


class SegmentMembers:
    """Use cases around the lists."""

    def __init__(
        self,
        segments: Segments,
        holds: SegmentHolds,
        lists: SegmentLists,
        members: MemberScan,
        work: ShardWork,
        shards: int,
    ) -> None:
        self._segments, self._holds, self._lists, self._members = segments, holds, lists, members
        self._work, self._shards = work, shards

    def change(self, tenant_id: str, segment_id: str, add: Sequence[str], remove: Sequence[str]) -> ListChange:
        """Puts members on the list and takes others off; doing it again changes nothing. NotFoundError; ConflictError
        for a dynamic segment, one that is still being filled, or one that something submitted needs as it is;
        InvalidError for too many at once or the same id in both; TransientError."""
        self._require_list(tenant_id, segment_id)
        _require_chunk(add, remove)
        known = self._members.get_many(tenant_id, add)
        with self._holds.changing(tenant_id, segment_id):
            self._lists.add(tenant_id, segment_id, [one for one in add if one in known])
            self._lists.remove(tenant_id, segment_id, remove)
        return ListChange(len(known), len(set(remove)), sorted({one for one in add if one not in known}))

    def page(self, tenant_id: str, segment_id: str, limit: int, after: str | None) -> ListPage:
        """Up to `limit` listed ids behind the place `after`. NotFoundError; ConflictError for a dynamic segment;
        InvalidError for a malformed place."""
        self._require_list(tenant_id, segment_id, filled=False)
        shard, last = self._place(after)
        found: list[str] = []
        while shard < self._shards:
            ids = self._lists.page(tenant_id, segment_id, shard, last, limit - len(found))
            found += ids
            if len(found) == limit:
                return ListPage(found, f"{shard}:{found[-1]}")
            shard, last = shard + 1, None
        return ListPage(found, None)

    def delete(self, tenant_id: str, segment_id: str, version: int) -> None:
        """Removes the segment and has its list emptied. As of `Segments.delete`; TransientError."""
        segment = self._segments.delete(tenant_id, segment_id, version)
        if not segment.is_dynamic:
            self._work.start([SegmentTask(tenant_id, segment_id, shard) for shard in range(self._shards)])

    def _require_list(self, tenant_id: str, segment_id: str, *, filled: bool = True) -> None:
        segment = self._segments.get(tenant_id, segment_id)
        if segment.is_dynamic:
            raise ConflictError("a dynamic segment has no list: freeze it, or ask for a sample")
        if filled and segment.fill_job_id is not None:
            raise ConflictError("the list is still being filled")

    def _place(self, after: str | None) -> tuple[int, str | None]:
        if after is None:
            return 0, None
        shard, _, member_id = after.partition(":")
        if not shard.isdecimal() or int(shard) >= self._shards:
            problem = Problem("cursor", "is not a place in this list", value=after[:80])
            raise InvalidError("the cursor is not one of this list", problems=[problem])
        return int(shard), member_id or None


def _require_chunk(add: Sequence[str], remove: Sequence[str]) -> None:
    number, both = len(add) + len(remove), sorted(set(add) & set(remove))
    problems = []
    if not 1 <= number <= MAX_LISTED_AT_ONCE:
        allowed = f"1 to {MAX_LISTED_AT_ONCE} ids together"
        problems.append(Problem("add", "and remove have a wrong number of ids", value=number, allowed=allowed))
    if both:
        problems.append(Problem("remove", "names an id that add names too", value=both[0]))
    if problems:
        raise InvalidError("the change of the list is not valid", problems=problems)
