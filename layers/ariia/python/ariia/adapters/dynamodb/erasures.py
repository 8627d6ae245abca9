"""Erasures on DynamoDB: member, addresses, marks and the audit trail's entry in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pynamodb.connection import Connection

from ariia.adapters.clock import epoch_ms
from ariia.adapters.dynamodb.audit import audit_items
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.members.items import address_item, pause, read_addresses, read_members
from ariia.adapters.dynamodb.members.transactions import MemberTransaction
from ariia.adapters.dynamodb.models import AddressModel, SuppressionModel
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.channel import Channel
from ariia.domain.documents import encode
from ariia.domain.errors import TransientError
from ariia.domain.members.address_index import (
    AddressKey,
    AddressRecord,
    MemberChange,
    id_key,
    members_after,
    neighbours,
    settle,
    touched,
)
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Member
from ariia.domain.privacy.address_marks import end_mark, leave_mark
from ariia.ports.erasures import ErasureStore

_ATTEMPTS = 8


class DynamoErasures(ErasureStore):
    """ErasureStore over the tables addresses, members, audit and suppressions. `remember_ms`: for how long it is kept
    that a tenant has erased nobody."""

    def __init__(
        self,
        shards: int,
        connection: Connection | None = None,
        now: Callable[[], int] = epoch_ms,
        *,
        remember_ms: int = 0,
    ) -> None:
        self._shards, self._now, self._remember_ms = shards, now, remember_ms
        self._connection = connection or process_connection()
        self._nobody_until: dict[str, int] = {}
        self._somebody = set[str]()

    def marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        keys = {id_key(tenant_id, one): one for one in member_ids}
        records = read_addresses(self._connection, keys)
        return {keys[key]: record.erasure for key, record in records.items() if record.erasure is not None}

    def cached_marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        return self.marks(tenant_id, member_ids) if self._has_erased(tenant_id) else {}

    def _has_erased(self, tenant_id: str) -> bool:
        if tenant_id in self._somebody:
            return True
        asked_at = self._now()
        if self._nobody_until.get(tenant_id, 0) > asked_at:
            return False
        key = _any_key(tenant_id)
        if read_addresses(self._connection, [key])[key].version:
            self._somebody.add(tenant_id)
            return True
        self._nobody_until[tenant_id] = asked_at + self._remember_ms
        return False

    def begin(
        self, tenant_id: str, member_id: str, member: Member | None, mark: ErasureMark, entry: AuditEntry
    ) -> bool:
        stored = read_members(self._connection, tenant_id, [member_id], self._shards).get(member_id)
        if (stored.version if stored else 0) != (member.version if member else 0):
            return False
        changes = [MemberChange(stored, None)] if stored else []
        own = id_key(tenant_id, member_id)
        records = read_addresses(self._connection, {own, *touched(changes)})
        if _goes_on(records[own], mark):
            return False
        changed = self._settle(tenant_id, changes, records)
        told = [_suppression(record) for record in leave_mark(records.values(), mark)]
        noted = audit_items(tenant_id, [replace(entry, at=self._now())], f"{mark.id[:26]}-begun")
        return MemberTransaction(
            members=changed,
            deleted=[stored] if stored else [],
            addresses=list(records.values()),
            added=[*told, *noted, *self._sign(tenant_id)],
        ).commit(self._connection, self._shards)

    def _sign(self, tenant_id: str) -> list[AddressModel]:
        """The item that says that the tenant has erased somebody: with the first erasure alone, or all that go on at
        once would contend for it."""
        known = self._has_erased(tenant_id)
        return [] if known else [address_item(AddressRecord(_any_key(tenant_id)), 1)]

    def finish(self, keys: Sequence[AddressKey], erasure_id: str) -> None:
        for key in keys:
            self._end(key, erasure_id)

    def _settle(
        self, tenant_id: str, changes: Sequence[MemberChange], records: dict[AddressKey, AddressRecord]
    ) -> list[Member]:
        """The others who no longer share an address with the member."""
        places = {key: records[key] for key in touched(changes)}
        after, _ = members_after(changes, places)
        ids = sorted(neighbours(changes, places, after))
        return settle(changes, places, after, read_members(self._connection, tenant_id, ids, self._shards))

    def _end(self, key: AddressKey, erasure_id: str) -> None:
        for attempt in range(_ATTEMPTS):
            record = read_addresses(self._connection, [key])[key]
            if not end_mark(record, erasure_id):
                return
            if MemberTransaction(addresses=[record]).commit(self._connection, self._shards):
                return
            pause(attempt)
        raise TransientError("too many changes of this address at once; try again")


def _any_key(tenant_id: str) -> AddressKey:
    """Of the item that is there as soon as the tenant has erased anybody. No hash of an id reads like it."""
    return AddressKey(tenant_id, Channel.MULTI, "any")


def _goes_on(record: AddressRecord, mark: ErasureMark) -> bool:
    present = record.erasure
    return present is not None and not present.done and present.id != mark.id


def _suppression(record: AddressRecord) -> SuppressionModel:
    key = record.key
    return SuppressionModel(key.tenant_id, f"{key.channel}-{key.hash}", document=encode(record.suppression))
