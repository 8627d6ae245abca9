"""Engagement of the members in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ariia.domain.identifiers import shard_of
from ariia.domain.members.engagement import latest, news, since
from ariia.domain.members.member import Engagement
from ariia.ports.members.engagement import EngagementStore
from tests.doubles.members.members import MemoryMembers


class MemoryEngagement(EngagementStore):
    """EngagementStore over members in memory."""

    def __init__(self, members: MemoryMembers) -> None:
        self._members = members
        self._notes: list[tuple[str, str, Engagement]] = []

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        with self._members.lock:
            self._notes += [(tenant_id, member_id, one) for member_id, one in seen.items()]

    def settle(self, tenant_id: str, shard: int) -> bool:
        with self._members.lock:
            for note in [one for one in self._notes if self._is_of(one, tenant_id, shard)]:
                _, member_id, seen = note
                member = self._members.rows.get((tenant_id, member_id))
                if member is not None:
                    later = news(member.engagement, since(seen, member.created_at))
                    member.engagement = replace(member.engagement, **later)
                self._notes.remove(note)
            return True

    def noted(self, tenant_id: str, member_id: str) -> Engagement:
        found = Engagement()
        with self._members.lock:
            for tenant, member, seen in self._notes:
                found = latest(found, seen) if (tenant, member) == (tenant_id, member_id) else found
        return found

    def forget(self, tenant_id: str, member_id: str) -> None:
        with self._members.lock:
            self._notes = [one for one in self._notes if one[:2] != (tenant_id, member_id)]

    def _is_of(self, note: tuple[str, str, Engagement], tenant_id: str, shard: int) -> bool:
        return note[0] == tenant_id and shard_of(note[1], self._members.shards) == shard
