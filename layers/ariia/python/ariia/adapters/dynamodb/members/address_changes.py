"""What holds for an address, written onto its record and onto every member who has it: together, as far as one
transaction goes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pynamodb.connection import Connection

from ariia.adapters.dynamodb.audit import audit_items
from ariia.adapters.dynamodb.members.items import pause, read_addresses, read_members
from ariia.adapters.dynamodb.members.transactions import MemberTransaction
from ariia.adapters.dynamodb.models import AuditModel, SuppressionModel
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.members.address_index import AddressKey, AddressRecord, addresses_of
from ariia.domain.members.member import Member

_ATTEMPTS = 12
_MEMBERS_PER_WRITE = 45  # each with a row of the audit trail, and a few for the tenant: below 100 actions


@dataclass
class AddressChange:
    """What becomes of an address and of the members who are changed with it; `noted` goes into the audit trail, each
    entry with the member that it names."""

    record: AddressRecord
    members: Sequence[Member] = ()
    noted: Sequence[AuditEntry] = ()
    added: Sequence[SuppressionModel] = ()
    removed: Sequence[SuppressionModel] = ()
    address_last: bool = False


class AddressWriter:
    """Writes such changes, anew as often as somebody else is faster."""

    def __init__(self, shards: int, connection: Connection, now: Callable[[], int]) -> None:
        self._shards, self._connection, self._now = shards, connection, now

    def write(
        self,
        tenant_id: str,
        channel: str,
        address_hash: str,
        change: Callable[[AddressRecord, list[Member]], AddressChange | None],
    ) -> list[str]:
        """Writes what `change` makes of the address and of the members who have it, in place (None: nothing); the ids
        of these. Of more members than fit, the address comes with the first, or with the last."""
        key = AddressKey(tenant_id, Channel(channel), address_hash)
        for attempt in range(_ATTEMPTS):
            record = read_addresses(self._connection, [key])[key]
            members = read_members(self._connection, tenant_id, record.members, self._shards)
            wanted = change(record, [one for one in members.values() if key in addresses_of(one)])
            if wanted is None or self._commit(wanted):
                return record.members
            pause(attempt)
        raise TransientError("too many changes of this address at once; try again")

    def _commit(self, change: AddressChange) -> bool:
        size, members = _MEMBERS_PER_WRITE, list(change.members)
        parts = [members[start : start + size] for start in range(0, len(members), size)] or [[]]
        with_address = len(parts) - 1 if change.address_last else 0
        return all(self._commit_part(change, part, place == with_address) for place, part in enumerate(parts))

    def _commit_part(self, change: AddressChange, members: list[Member], with_address: bool) -> bool:
        ids = {one.id for one in members}
        noted = [one for one in change.noted if (with_address if one.member_id is None else one.member_id in ids)]
        transaction = MemberTransaction(members=members, added=[*self._rows(change.record.key.tenant_id, noted)])
        if with_address:
            transaction.addresses = [change.record]
            transaction.added += change.added
            transaction.removed += change.removed
        return transaction.commit(self._connection, self._shards)

    def _rows(self, tenant_id: str, entries: Sequence[AuditEntry]) -> list[AuditModel]:
        now = self._now()
        return audit_items(tenant_id, [replace(one, at=now) for one in entries], uuid.uuid4().hex[:12])
