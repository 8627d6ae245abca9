"""Members in memory, with the address index under the same rules as the stored one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from threading import RLock

from ariia.domain.address_index import (
    AddressFullError,
    AddressKey,
    AddressRecord,
    MemberChange,
    members_after,
    neighbours,
    settle,
    touched,
)
from ariia.domain.channel import Channel
from ariia.domain.consent_changes import wins
from ariia.domain.identifiers import shard_of
from ariia.domain.member import Consent, Member, Suppression


class MemoryMembers:
    """MemberStore that forgets at exit; each call is one atomic step."""

    def __init__(self, shards: int = 16) -> None:
        self._shards = shards
        self._lock = RLock()
        self._members: dict[tuple[str, str], Member] = {}
        self._addresses: dict[AddressKey, AddressRecord] = {}

    def scan(self, tenant_id: str, shard: int, after: str | None, limit: int) -> list[Member]:
        """See the port."""
        with self._lock:
            ids = sorted(
                member_id
                for tenant, member_id in self._members
                if tenant == tenant_id
                and shard_of(member_id, self._shards) == shard
                and (after is None or member_id > after)
            )
            return [deepcopy(self._members[tenant_id, member_id]) for member_id in ids[:limit]]

    def get_many(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, Member]:
        """See the port."""
        with self._lock:
            found = {one: self._members.get((tenant_id, one)) for one in member_ids}
            return {member_id: deepcopy(member) for member_id, member in found.items() if member is not None}

    def get(self, tenant_id: str, member_id: str) -> Member | None:
        """See the port."""
        return self.get_many(tenant_id, [member_id]).get(member_id)

    def save(self, members: Sequence[Member]) -> list[str]:
        """See the port."""
        with self._lock:
            stale = [member.id for member in members if self._version(member) != member.version]
            changes = [MemberChange(self._stored(one), one) for one in members if one.id not in stale]
            full = self._apply(changes)
        if full:
            raise AddressFullError(sorted(full), stale)
        return stale

    def delete(self, member: Member) -> bool:
        """See the port."""
        with self._lock:
            if self._version(member) != member.version or member.version == 0:
                return False
            self._apply([MemberChange(self._stored(member), None)])
            return True

    def sharers(self, tenant_id: str, channel: str, address_hash: str) -> list[str]:
        """See the port."""
        return list(self._record(AddressKey(tenant_id, Channel(channel), address_hash)).members)

    def suppression(self, tenant_id: str, channel: str, address_hash: str) -> Suppression | None:
        """See the port."""
        return self._record(AddressKey(tenant_id, Channel(channel), address_hash)).suppression

    def withdrawals(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, Consent]:
        """See the port."""
        with self._lock:
            found = {one: self._record(AddressKey(tenant_id, Channel(channel), one)) for one in address_hashes}
            return {one: record.withdrawal for one, record in found.items() if record.withdrawal is not None}

    def note_withdrawal(self, tenant_id: str, channel: str, address_hash: str, withdrawal: Consent) -> list[str]:
        """See the port."""
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        with self._lock:
            record = self._addresses.setdefault(key, AddressRecord(key))
            if wins(withdrawal, record.withdrawal):
                record.withdrawal = withdrawal
            return list(record.members)

    def suppress(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        """See the port."""
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        with self._lock:
            record = self._addresses.setdefault(key, AddressRecord(key))
            record.suppression = record.suppression or suppression
            for member in (self._members[tenant_id, one] for one in record.members):
                if key.channel not in member.suppression:
                    member.suppression[key.channel] = record.suppression
                    member.version += 1
            return list(record.members)

    def _apply(self, changes: Sequence[MemberChange]) -> set[str]:
        """Carries the changes out, without the members for whom there is no place, who are returned."""
        records = {key: deepcopy(self._record(key)) for key in touched(changes)}
        after, full = members_after(changes, records)
        if full:
            return full | self._apply([change for change in changes if change.member_id not in full])
        tenant_id = next((change.tenant_id for change in changes), "")
        others = self.get_many(tenant_id, sorted(neighbours(changes, records, after)))
        changed = settle(changes, records, after, others)
        self._addresses.update(records)
        for member in [*changed, *(change.after for change in changes if change.after is not None)]:
            member.version += 1
            self._members[member.tenant_id, member.id] = deepcopy(member)
        for change in changes:
            if change.after is None:
                del self._members[change.tenant_id, change.member_id]
        return set()

    def _stored(self, member: Member) -> Member | None:
        return self._members.get((member.tenant_id, member.id))

    def _version(self, member: Member) -> int:
        stored = self._stored(member)
        return stored.version if stored else 0

    def _record(self, key: AddressKey) -> AddressRecord:
        return self._addresses.get(key) or AddressRecord(key)
