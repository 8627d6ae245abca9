"""Members on DynamoDB: every write carries the address index with it in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from pynamodb.connection import Connection

from ariia.adapters.clock import epoch_ms
from ariia.adapters.dynamodb.audit import audit_items
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.members.address_changes import AddressChange, AddressWriter
from ariia.adapters.dynamodb.members.items import pause, read_addresses, read_members, scan_members, shard_key
from ariia.adapters.dynamodb.members.suppressions import DynamoSuppressions
from ariia.adapters.dynamodb.members.transactions import MemberTransaction, in_groups, without
from ariia.domain.channel import Channel
from ariia.domain.errors import Problem, TransientError
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
from ariia.domain.members.audit_entries import entries_of
from ariia.domain.members.member import Consent, Member, Suppression
from ariia.ports.members.members import MemberStore

_ATTEMPTS = 12


class DynamoMembers(MemberStore):
    """MemberStore over the tables members and addresses."""

    def __init__(self, shards: int, connection: Connection | None = None, now: Callable[[], int] = epoch_ms) -> None:
        """`now` gives the instant (epoch ms) at which the audit trail notes a change."""
        self._shards, self._now = shards, now
        self._connection = connection or process_connection()
        self._suppressions = DynamoSuppressions(shards, self._connection, now)
        self._writer = AddressWriter(shards, self._connection, now)

    def scan(self, tenant_id: str, shard: int, after: str | None, limit: int) -> list[Member]:
        """Eventually consistent."""
        return scan_members(self._connection, shard_key(tenant_id, shard), after, limit)

    def get_many(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, Member]:
        """Strongly consistent."""
        return read_members(self._connection, tenant_id, member_ids, self._shards)

    def get(self, tenant_id: str, member_id: str) -> Member | None:
        return self.get_many(tenant_id, [member_id]).get(member_id)

    def save(self, members: Sequence[Member]) -> list[str]:
        stored = self._stored([member for member in members if member.version])
        stale: list[str] = []
        refused: dict[str, Problem] = {}
        for group in in_groups([MemberChange(stored.get(member.id), member) for member in members]):
            group_stale, group_refused = self._save_group(group)
            stale += group_stale
            refused |= group_refused
        if refused:
            raise MembersRefusedError(refused, stale)
        return stale

    def delete(self, member: Member) -> bool:
        for attempt in range(_ATTEMPTS):
            stored = self.get(member.tenant_id, member.id)
            if stored is None or stored.version != member.version:
                return False
            changes = [MemberChange(stored, None)]
            if self._commit(changes, read_addresses(self._connection, touched(changes))):
                return True
            pause(attempt)
        raise TransientError("too many changes of this address at once; try again")

    def sharers(self, tenant_id: str, channel: str, address_hash: str) -> list[str]:
        return self._record(tenant_id, channel, address_hash).members

    def members_at(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, list[str]]:
        keys = [AddressKey(tenant_id, Channel(channel), one) for one in address_hashes]
        records = read_addresses(self._connection, keys)
        return {key.hash: record.members for key, record in records.items() if record.members}

    def suppression(self, tenant_id: str, channel: str, address_hash: str) -> Suppression | None:
        return self._record(tenant_id, channel, address_hash).suppression

    def withdrawals(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, Consent]:
        keys = [AddressKey(tenant_id, Channel(channel), one) for one in address_hashes]
        records = read_addresses(self._connection, keys)
        return {key.hash: record.withdrawal for key, record in records.items() if record.withdrawal is not None}

    def withdraw(self, tenant_id: str, channel: str, address_hash: str, withdrawal: Consent) -> list[str]:
        def change(record: AddressRecord, members: list[Member]) -> AddressChange | None:
            done = opt_out(record, members, withdrawal, self._now())
            return AddressChange(record, *done) if done else None

        return self._writer.write(tenant_id, channel, address_hash, change)

    def suppress(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        return self._suppressions.add(tenant_id, channel, address_hash, suppression)

    def _save_group(self, group: list[MemberChange]) -> tuple[list[str], dict[str, Problem]]:
        """Ids that are stale, and those who are refused, with the reason; all others of the group are stored."""
        stale: list[str] = []
        refused: dict[str, Problem] = {}
        for attempt in range(_ATTEMPTS):
            moved = [change.member_id for change in group if _is_stale(change)]
            stale, group = stale + moved, without(group, moved)
            records = read_addresses(self._connection, looked_up(group))
            refused |= refusals(group, records)
            group = without(group, refused)
            if not group or self._commit(group, records):
                return stale, refused
            pause(attempt)
            group = self._read_again(group)
        raise TransientError("too many changes of these addresses at once; try again")

    def _commit(self, changes: Sequence[MemberChange], read: Mapping[AddressKey, AddressRecord]) -> bool:
        records = {key: read[key] for key in touched(changes)}
        after, _ = members_after(changes, records)
        others = self.get_many(changes[0].tenant_id, sorted(neighbours(changes, records, after)))
        changed = settle(changes, records, after, others)
        noted = [entry for one in changes for entry in entries_of(one.before, one.after, self._now())]
        transaction = MemberTransaction(
            added=[*audit_items(changes[0].tenant_id, noted, uuid.uuid4().hex[:12])],
            members=[*changed, *(change.after for change in changes if change.after is not None)],
            deleted=[change.before for change in changes if change.after is None and change.before is not None],
            addresses=list(records.values()),
        )
        return transaction.commit(self._connection, self._shards)

    def _read_again(self, changes: Sequence[MemberChange]) -> list[MemberChange]:
        wanted = [change.after for change in changes if change.after is not None]
        stored = self._stored(wanted)
        return [MemberChange(stored.get(member.id), member) for member in wanted]

    def _stored(self, members: Sequence[Member]) -> dict[str, Member]:
        return self.get_many(members[0].tenant_id, [member.id for member in members]) if members else {}

    def _record(self, tenant_id: str, channel: str, address_hash: str) -> AddressRecord:
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        return read_addresses(self._connection, [key])[key]


def _is_stale(change: MemberChange) -> bool:
    assert change.after is not None
    return change.after.version != (change.before.version if change.before else 0)
