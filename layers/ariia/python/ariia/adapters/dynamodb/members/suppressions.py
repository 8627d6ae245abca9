"""Suppressions on DynamoDB: on the address's item, on every member who has it, and as a row of the tenant's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pynamodb.connection import Connection

from ariia.adapters.clock import epoch_ms
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import read
from ariia.adapters.dynamodb.members.address_changes import AddressChange, AddressWriter
from ariia.adapters.dynamodb.models import SuppressionModel
from ariia.domain.consent.suppressions import lifted
from ariia.domain.documents import decode, encode
from ariia.domain.members.address_index import AddressKey, AddressRecord
from ariia.domain.members.audit_entries import about, suppressed
from ariia.domain.members.member import Member, Suppression
from ariia.ports.suppressions import Lift, SuppressedAddress, SuppressionStore


class DynamoSuppressions(SuppressionStore):
    """SuppressionStore over the tables addresses, members and suppressions."""

    def __init__(self, shards: int, connection: Connection | None = None, now: Callable[[], int] = epoch_ms) -> None:
        self._writer = AddressWriter(shards, connection or process_connection(), now)

    def add(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        """Of a crowd the address comes first: whoever joins it from then on inherits."""

        def change(record: AddressRecord, members: list[Member]) -> AddressChange | None:
            if record.suppression is None and not record.accepts(suppression):
                return None
            is_new, kept = record.suppression is None, record.suppression or suppression
            lacking = [one for one in members if channel not in one.suppression]
            if not is_new and not lacking:
                return None
            for member in lacking:
                member.suppression[record.key.channel] = kept
            record.suppression = kept
            entry = replace(suppressed(kept, channel), address=address_hash)
            noted = [*([entry] if is_new else []), *(about(one, entry) for one in lacking)]
            row = SuppressionModel(tenant_id, _row(record.key), document=encode(kept))
            return AddressChange(record, lacking, noted, added=[row] if is_new else [])

        return self._writer.write(tenant_id, channel, address_hash, change)

    def lift(self, tenant_id: str, channel: str, address_hash: str, lift: Lift) -> list[str] | None:
        """Of a crowd the address comes last: repeating a lift that was killed finishes it."""
        was_suppressed = False

        def change(record: AddressRecord, members: list[Member]) -> AddressChange | None:
            nonlocal was_suppressed
            was_suppressed = record.suppression is not None
            if record.suppression is None:
                return None
            freed = [one for one in members if one.suppression.pop(channel, None)]
            entry = replace(lifted(record.suppression, channel, lift.by, lift.reason), address=address_hash)
            record.suppression, record.lifted_at = None, lift.at
            noted = [*(about(one, entry) for one in freed), entry]
            row = SuppressionModel(tenant_id, _row(record.key))
            return AddressChange(record, freed, noted, removed=[row], address_last=True)

        members = self._writer.write(tenant_id, channel, address_hash, change)
        return members if was_suppressed else None

    def find(self, tenant_id: str, channel: str, address_hash: str) -> SuppressedAddress | None:
        found = read(SuppressionModel, tenant_id, f"{channel}-{address_hash}")
        return _address(found) if found else None

    def page(self, tenant_id: str, channel: str | None, limit: int, after: str | None) -> list[SuppressedAddress]:
        first, last = (f"{channel}-", f"{channel}-~") if channel else (" ", "~")
        if after is not None and after > last:
            return []
        wanted = SuppressionModel.address.between(max(after or "", first), last)
        found = SuppressionModel.query(tenant_id, wanted, limit=limit + 1, page_size=limit + 1, consistent_read=True)
        return [one for one in map(_address, found) if one.id != after][:limit]


def _row(key: AddressKey) -> str:
    return f"{key.channel}-{key.hash}"


def _address(item: SuppressionModel) -> SuppressedAddress:
    channel, _, one = item.address.partition("-")
    return SuppressedAddress(channel, one, decode(Suppression, item.document))
