"""Segments and their lists in memory."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.identifiers import shard_of
from ariia.ports.segments import SegmentLists, SegmentStore


class MemorySegments(SegmentStore):
    """SegmentStore that forgets at exit."""

    def __init__(self) -> None:
        self._segments: dict[tuple[str, str], MemberSegment] = {}

    def get(self, tenant_id: str, segment_id: str) -> MemberSegment | None:
        return deepcopy(self._segments.get((tenant_id, segment_id)))

    def create(self, segment: MemberSegment) -> bool:
        if (segment.tenant_id, segment.id) in self._segments:
            return False
        segment.version = 1
        self._segments[segment.tenant_id, segment.id] = deepcopy(segment)
        return True

    def save(self, segment: MemberSegment) -> bool:
        if not self._is_unchanged(segment):
            return False
        segment.version += 1
        self._segments[segment.tenant_id, segment.id] = deepcopy(segment)
        return True

    def delete(self, segment: MemberSegment) -> bool:
        if not self._is_unchanged(segment):
            return False
        del self._segments[segment.tenant_id, segment.id]
        return True

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[MemberSegment]:
        ids = sorted(key[1] for key in self._segments if key[0] == tenant_id and (after is None or key[1] > after))
        return [deepcopy(self._segments[tenant_id, one]) for one in ids[:limit]]

    def _is_unchanged(self, segment: MemberSegment) -> bool:
        stored = self._segments.get((segment.tenant_id, segment.id))
        return stored is not None and stored.version == segment.version


class MemorySegmentLists(SegmentLists):
    """SegmentLists that forget at exit."""

    def __init__(self, shards: int) -> None:
        self._shards = shards
        self._lists: dict[tuple[str, str], set[str]] = {}

    def page(self, tenant_id: str, segment_id: str, shard: int, after: str | None, limit: int) -> list[str]:
        return [one for one in self._shard(tenant_id, segment_id, shard) if after is None or one > after][:limit]

    def between(self, tenant_id: str, segment_id: str, shard: int, first: str, last: str) -> set[str]:
        return {one for one in self._shard(tenant_id, segment_id, shard) if first <= one <= last}

    def add(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        self._lists.setdefault((tenant_id, segment_id), set()).update(member_ids)

    def remove(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        self._lists.setdefault((tenant_id, segment_id), set()).difference_update(member_ids)

    def _shard(self, tenant_id: str, segment_id: str, shard: int) -> list[str]:
        listed = self._lists.get((tenant_id, segment_id), ())
        return sorted(one for one in listed if shard_of(one, self._shards) == shard)
