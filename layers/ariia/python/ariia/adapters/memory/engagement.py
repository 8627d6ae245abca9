"""Engagement of the members in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ariia.domain.engagement import news
from ariia.domain.member import Engagement

from .members import MemoryMembers


class MemoryEngagement:
    """EngagementStore over members in memory."""

    def __init__(self, members: MemoryMembers) -> None:
        self._members = members

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        """See EngagementStore."""
        with self._members.lock:
            for member_id, one in seen.items():
                member = self._members.rows.get((tenant_id, member_id))
                if member is not None:
                    member.engagement = replace(member.engagement, **news(member.engagement, one))
