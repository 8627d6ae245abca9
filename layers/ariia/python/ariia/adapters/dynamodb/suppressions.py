"""Suppressions on DynamoDB: on the address's item, on every member who has it, and as a row of the tenant's list."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from pynamodb.connection import Connection

from ariia.adapters.clock import epoch_ms
from ariia.adapters.dynamodb.audit import audit_items
from ariia.adapters.dynamodb.documents import read
from ariia.adapters.dynamodb.member_items import pause, read_addresses, read_members
from ariia.adapters.dynamodb.member_transactions import MemberTransaction
from ariia.adapters.dynamodb.models import AuditModel, SuppressionModel
from ariia.domain.address_index import AddressKey, AddressRecord, addresses_of
from ariia.domain.audit import AuditEntry, subject_of, suppressed
from ariia.domain.channel import Channel
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.domain.member import Member, Suppression
from ariia.domain.suppressions import lifted
from ariia.ports.suppressions import Lift, SuppressedAddress

_ATTEMPTS = 12
_MEMBERS_PER_WRITE = 45  # each with a row of the audit trail, and one for the tenant: below 100 actions


class DynamoSuppressions:
    """SuppressionStore over the tables addresses, members and suppressions."""

    def __init__(self, shards: int, connection: Connection | None = None, now: Callable[[], int] = epoch_ms) -> None:
        self._shards, self._now = shards, now
        self._connection = connection or Connection()

    def add(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        """See the port. The address comes first: whoever joins it from then on inherits."""
        for attempt in range(_ATTEMPTS):
            record, members = self._who_has(tenant_id, channel, address_hash)
            if record.suppression is None and not record.accepts(suppression):
                return record.members
            kept = record.suppression or suppression
            lacking = [one for one in members if channel not in one.suppression]
            for member in lacking:
                member.suppression[record.key.channel] = kept
            entry = replace(suppressed(kept, channel), address=address_hash)
            if self._suppress_address(record, kept, entry) and self._write(tenant_id, lacking, entry):
                return record.members
            pause(attempt)
        raise TransientError("too many changes of this address at once; try again")

    def lift(self, tenant_id: str, channel: str, address_hash: str, lift: Lift) -> list[str] | None:
        """See the port. The address comes last: who joins it meanwhile moves its version and is freed too."""
        for attempt in range(_ATTEMPTS):
            record, members = self._who_has(tenant_id, channel, address_hash)
            if record.suppression is None:
                return None
            suppressed_ = [one for one in members if channel in one.suppression]
            for member in suppressed_:
                del member.suppression[channel]
            entry = replace(lifted(record.suppression, channel, lift.by, lift.reason), address=address_hash)
            if self._write(tenant_id, suppressed_, entry) and self._lift_address(record, lift, entry):
                return record.members
            pause(attempt)
        raise TransientError("too many changes of this address at once; try again")

    def find(self, tenant_id: str, channel: str, address_hash: str) -> SuppressedAddress | None:
        """See the port."""
        found = read(SuppressionModel, tenant_id, f"{channel}-{address_hash}")
        return _address(found) if found else None

    def page(self, tenant_id: str, channel: str | None, limit: int, after: str | None) -> list[SuppressedAddress]:
        """See the port."""
        first = f"{channel}-" if channel else " "
        wanted = SuppressionModel.address.between(max(after or "", first), f"{channel}-~" if channel else "~")
        found = SuppressionModel.query(tenant_id, wanted, limit=limit + 1, page_size=limit + 1, consistent_read=True)
        return [one for one in map(_address, found) if one.id != after][:limit]

    def _who_has(self, tenant_id: str, channel: str, address_hash: str) -> tuple[AddressRecord, list[Member]]:
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        record = read_addresses(self._connection, [key])[key]
        members = read_members(self._connection, tenant_id, record.members, self._shards).values()
        return record, [one for one in members if key in addresses_of(one)]

    def _suppress_address(self, record: AddressRecord, suppression: Suppression, entry: AuditEntry) -> bool:
        if record.suppression is not None:
            return True
        record.suppression = suppression
        row = SuppressionModel(
            record.key.tenant_id, f"{record.key.channel}-{record.key.hash}", document=encode(suppression)
        )
        noted = self._noted(record.key.tenant_id, [entry])
        return MemberTransaction(addresses=[record], added=[row, *noted]).commit(self._connection, self._shards)

    def _lift_address(self, record: AddressRecord, lift: Lift, entry: AuditEntry) -> bool:
        record.suppression, record.lifted_at = None, lift.at
        row = SuppressionModel(record.key.tenant_id, f"{record.key.channel}-{record.key.hash}")
        added = self._noted(record.key.tenant_id, [entry])
        transaction = MemberTransaction(addresses=[record], added=[*added], removed=[row])
        return transaction.commit(self._connection, self._shards)

    def _write(self, tenant_id: str, members: Sequence[Member], entry: AuditEntry) -> bool:
        written = []
        for start in range(0, len(members), _MEMBERS_PER_WRITE):
            some = list(members[start : start + _MEMBERS_PER_WRITE])
            noted = [replace(entry, member_id=one.id, subject=subject_of(tenant_id, one.id)) for one in some]
            transaction = MemberTransaction(members=some, added=[*self._noted(tenant_id, noted)])
            written.append(transaction.commit(self._connection, self._shards))
        return all(written)

    def _noted(self, tenant_id: str, entries: Sequence[AuditEntry]) -> list[AuditModel]:
        now = self._now()
        return audit_items(tenant_id, [replace(one, at=now) for one in entries], uuid.uuid4().hex[:12])


def _address(item: SuppressionModel) -> SuppressedAddress:
    channel, _, one = item.address.partition("-")
    return SuppressedAddress(channel, one, decode(Suppression, item.document))
