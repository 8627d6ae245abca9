"""Suppressions in memory, on the members kept there."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.channel import Channel
from ariia.domain.consent.suppressions import lifted
from ariia.domain.members.address_index import AddressKey
from ariia.domain.members.audit_entries import about
from ariia.domain.members.member import Suppression
from ariia.ports.suppressions import Lift, SuppressedAddress, SuppressionStore
from tests.doubles.members.members import MemoryMembers


class MemorySuppressions(SuppressionStore):
    """SuppressionStore over a MemoryMembers."""

    def __init__(self, members: MemoryMembers) -> None:
        self._store = members

    def add(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        return self._store.suppress(tenant_id, channel, address_hash, suppression)

    def lift(self, tenant_id: str, channel: str, address_hash: str, lift: Lift) -> list[str] | None:
        with self._store.lock:
            record = self._store.records.get(AddressKey(tenant_id, Channel(channel), address_hash))
            if record is None or record.suppression is None:
                return None
            entry = replace(lifted(record.suppression, channel, lift.by, lift.reason), address=address_hash)
            record.suppression, record.lifted_at = None, lift.at
            for member_id in record.members:
                member = self._store.rows[tenant_id, member_id]
                if member.suppression.pop(channel, None):
                    member.version += 1
                    self._store.note(tenant_id, [about(member, entry)])
            self._store.note(tenant_id, [entry])
            return list(record.members)

    def find(self, tenant_id: str, channel: str, address_hash: str) -> SuppressedAddress | None:
        found = self._store.suppression(tenant_id, channel, address_hash)
        return SuppressedAddress(channel, address_hash, found) if found else None

    def page(self, tenant_id: str, channel: str | None, limit: int, after: str | None) -> list[SuppressedAddress]:
        with self._store.lock:
            found = [
                SuppressedAddress(key.channel.value, key.hash, record.suppression)
                for key, record in self._store.records.items()
                if key.tenant_id == tenant_id and record.suppression and channel in (None, key.channel)
            ]
        behind = sorted((one for one in found if after is None or one.id > after), key=lambda one: one.id)
        return behind[:limit]
