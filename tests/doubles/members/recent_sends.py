"""What members were sent lately, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ariia.domain.rules.frequency_cap import RecentSend
from ariia.ports.members.recent_sends import RecentSendStore, SendsChange
from tests.doubles.members.members import MemoryMembers


class MemoryRecentSends(RecentSendStore):
    """RecentSendStore over members in memory."""

    def __init__(self, members: MemoryMembers) -> None:
        self._members = members

    def read(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, tuple[RecentSend, ...]]:
        with self._members.lock:
            found = {one: self._members.rows.get((tenant_id, one)) for one in member_ids}
            return {one: tuple(member.recent_sends) for one, member in found.items() if member is not None}

    def swap(self, tenant_id: str, changes: Mapping[str, SendsChange]) -> bool:
        with self._members.lock:
            stored = self.read(tenant_id, list(changes))
            if any(stored.get(one) != tuple(change.before) for one, change in changes.items()):
                return False
            for one, change in changes.items():
                self._members.rows[tenant_id, one].recent_sends = list(change.after)
            return True
