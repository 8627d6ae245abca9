"""Members in memory, with the address index under the same rules as the stored one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from threading import RLock

from ariia.adapters.clock import epoch_ms
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.channel import Channel
from ariia.domain.errors import Problem
from ariia.domain.identifiers import shard_of
from ariia.domain.members.address_index import (
    AddressKey,
    AddressRecord,
    MemberChange,
    MembersRefusedError,
    looked_up,
    members_after,
    neighbours,
    opt_out,
    refusals,
    settle,
    touched,
)
from ariia.domain.members.audit_entries import about, entries_of, suppressed
from ariia.domain.members.member import Consent, Engagement, Member, Suppression
from ariia.ports.members.members import MemberStore
from tests.doubles.audit import MemoryAudit


class MemoryMembers(MemberStore):
    """MemberStore that forgets at exit; each call is one atomic step."""

    def __init__(self, shards: int = 16, audit: MemoryAudit | None = None, now: Callable[[], int] = epoch_ms) -> None:
        self.shards, self._now, self._noted = shards, now, 0
        self.audit = audit or MemoryAudit()
        self.lock = RLock()
        self.rows: dict[tuple[str, str], Member] = {}
        self.records: dict[AddressKey, AddressRecord] = {}

    def scan(self, tenant_id: str, shard: int, after: str | None, limit: int) -> list[Member]:
        with self.lock:
            ids = sorted(
                member_id
                for tenant, member_id in self.rows
                if tenant == tenant_id
                and shard_of(member_id, self.shards) == shard
                and (after is None or member_id > after)
            )
            return [deepcopy(self.rows[tenant_id, member_id]) for member_id in ids[:limit]]

    def get_many(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, Member]:
        with self.lock:
            found = {one: self.rows.get((tenant_id, one)) for one in member_ids}
            return {member_id: deepcopy(member) for member_id, member in found.items() if member is not None}

    def get(self, tenant_id: str, member_id: str) -> Member | None:
        return self.get_many(tenant_id, [member_id]).get(member_id)

    def save(self, members: Sequence[Member]) -> list[str]:
        with self.lock:
            stale = [member.id for member in members if self._version(member) != member.version]
            changes = [MemberChange(self._stored(one), one) for one in members if one.id not in stale]
            refused = self._apply(changes)
        if refused:
            raise MembersRefusedError(refused, stale)
        return stale

    def delete(self, member: Member) -> bool:
        with self.lock:
            if self._version(member) != member.version or member.version == 0:
                return False
            self._apply([MemberChange(self._stored(member), None)])
            return True

    def sharers(self, tenant_id: str, channel: str, address_hash: str) -> list[str]:
        return list(self._record(AddressKey(tenant_id, Channel(channel), address_hash)).members)

    def members_at(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, list[str]]:
        found = {one: self.sharers(tenant_id, channel, one) for one in address_hashes}
        return {one: members for one, members in found.items() if members}

    def suppression(self, tenant_id: str, channel: str, address_hash: str) -> Suppression | None:
        return self._record(AddressKey(tenant_id, Channel(channel), address_hash)).suppression

    def withdrawals(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, Consent]:
        with self.lock:
            found = {one: self._record(AddressKey(tenant_id, Channel(channel), one)) for one in address_hashes}
            return {one: record.withdrawal for one, record in found.items() if record.withdrawal is not None}

    def withdraw(self, tenant_id: str, channel: str, address_hash: str, withdrawal: Consent) -> list[str]:
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        with self.lock:
            record = self.records.setdefault(key, AddressRecord(key))
            done = opt_out(record, [self.rows[tenant_id, one] for one in record.members], withdrawal, self._now())
            if done is not None:
                self.note(tenant_id, done[1])
                for member in done[0]:
                    member.version += 1
            return list(record.members)

    def suppress(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        with self.lock:
            record = self.records.setdefault(key, AddressRecord(key))
            if record.suppression is None and not record.accepts(suppression):
                return list(record.members)
            entry = replace(suppressed(record.suppression or suppression, channel), address=address_hash)
            if record.suppression is None:
                record.suppression = suppression
                self.note(tenant_id, [entry])
            for member in (self.rows[tenant_id, one] for one in record.members):
                if key.channel not in member.suppression:
                    member.suppression[key.channel] = record.suppression
                    member.version += 1
                    self.note(tenant_id, [about(member, entry)])
            return list(record.members)

    def take_out(self, member: Member) -> None:
        """Removes the member and its place in the address index, without a word in the audit trail."""
        self._carry_out(member.tenant_id, [MemberChange(member, None)])

    def note(self, tenant_id: str, entries: Sequence[AuditEntry]) -> None:
        """Adds the entries, as noted now, to the audit trail."""
        now, self._noted = self._now(), self._noted + 1
        self.audit.append(tenant_id, [replace(one, at=now) for one in entries], f"{self._noted:08d}")

    def _apply(self, changes: Sequence[MemberChange]) -> dict[str, Problem]:
        """Carries the changes out, without the members who are refused, who are returned with the reason."""
        refused = refusals(changes, {key: self._record(key) for key in looked_up(changes)})
        if refused:
            return refused | self._apply([change for change in changes if change.member_id not in refused])
        tenant_id = next((change.tenant_id for change in changes), "")
        self.note(tenant_id, [entry for one in changes for entry in entries_of(one.before, one.after, 0)])
        self._carry_out(tenant_id, changes)
        return {}

    def _carry_out(self, tenant_id: str, changes: Sequence[MemberChange]) -> None:
        records = {key: deepcopy(self._record(key)) for key in touched(changes)}
        after, _ = members_after(changes, records)
        others = self.get_many(tenant_id, sorted(neighbours(changes, records, after)))
        changed = settle(changes, records, after, others)
        self.records.update(records)
        for member in [*changed, *(change.after for change in changes if change.after is not None)]:
            member.version += 1
            stored = self._stored(member)
            kept = deepcopy(member)
            kept.engagement = stored.engagement if stored else Engagement()
            kept.recent_sends = stored.recent_sends if stored else []
            self.rows[member.tenant_id, member.id] = kept
        for change in changes:
            if change.after is None:
                del self.rows[change.tenant_id, change.member_id]

    def _stored(self, member: Member) -> Member | None:
        return self.rows.get((member.tenant_id, member.id))

    def _version(self, member: Member) -> int:
        stored = self._stored(member)
        return stored.version if stored else 0

    def _record(self, key: AddressKey) -> AddressRecord:
        return self.records.get(key) or AddressRecord(key)
