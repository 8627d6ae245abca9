"""Members and addresses as items of their tables, and their reading in bulk."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.models import Model

from ariia.adapters.dynamodb.client import Item
from ariia.adapters.dynamodb.members.recent_sends import sends_from_text
from ariia.adapters.dynamodb.models import AddressModel, MemberModel
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.engagement import NAMES
from ariia.domain.members.address_index import AddressKey, AddressRecord
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Consent, Engagement, Member, Suppression

MAX_KEYS = 100  # API_BatchGetItem: "up to 100 items"
_ATTEMPTS = 8


def shard_key(tenant_id: str, shard: int) -> str:
    """Hash key of one shard of a tenant's members."""
    return f"{tenant_id}#{shard}"


def member_item(member: Member, shards: int, version: int) -> MemberModel:
    """The item that stores `member` as `version`."""
    key = shard_key(member.tenant_id, shard_of(member.id, shards))
    document = {**encode(member), "version": version}
    for beside in ("engagement", "recent_sends"):
        document.pop(beside, None)
    return MemberModel(key, member.id, document=document, version=version)


def member_of(item: Item) -> Member:
    """The member in an item as DynamoDB gives it, with what rests beside the document. A model in between would take
    half of the CPU that planning spends on a member."""
    member = decode(Member, json.loads(item["document"]["S"]))
    if "recent_sends" in item:
        member.recent_sends = list(sends_from_text(item["recent_sends"]["S"]))
    known = {name: int(item[name]["N"]) for name in NAMES if "N" in item.get(name, {})}
    if known:
        member.engagement = Engagement(**known)
    return member


def address_item(record: AddressRecord, version: int) -> AddressModel:
    """The item that stores `record` as `version`."""
    return AddressModel(
        str(record.key),
        members=record.members,
        suppression=encode(record.suppression) if record.suppression else None,
        withdrawal=encode(record.withdrawal) if record.withdrawal else None,
        lifted_at=record.lifted_at,
        erasure=encode(record.erasure) if record.erasure else None,
        version=version,
    )


def address_of(key: AddressKey, item: AddressModel) -> AddressRecord:
    """The record in the item that lies under `key`."""
    return AddressRecord(
        key,
        members=list(item.members),
        suppression=decode(Suppression, item.suppression) if item.suppression else None,
        withdrawal=decode(Consent, item.withdrawal) if item.withdrawal else None,
        lifted_at=int(item.lifted_at) if item.lifted_at is not None else None,
        erasure=decode(ErasureMark, item.erasure) if item.erasure else None,
        version=int(item.version),
    )


def read_members(connection: Connection, tenant_id: str, ids: Iterable[str], shards: int) -> dict[str, Member]:
    """Those members by id, strongly consistent; missing ones are left out."""
    keys = [
        {"shard_key": {"S": shard_key(tenant_id, shard_of(one, shards))}, "member_id": {"S": one}}
        for one in dict.fromkeys(ids)
    ]
    return {member.id: member for member in map(member_of, _read(connection, MemberModel, keys))}


def read_addresses(connection: Connection, keys: Iterable[AddressKey]) -> dict[AddressKey, AddressRecord]:
    """A record for each key, strongly consistent; a fresh one (version 0) where none is stored."""
    by_name = {str(key): key for key in keys}
    records = {key: AddressRecord(key) for key in by_name.values()}
    for raw in _read(connection, AddressModel, [{"address_key": {"S": name}} for name in by_name]):
        item = AddressModel.from_raw_data(raw)
        key = by_name[item.address_key]
        records[key] = address_of(key, item)
    return records


def _read(connection: Connection, model: type[Model], keys: Sequence[dict[str, Any]]) -> list[Item]:
    found: list[Item] = []
    for start in range(0, len(keys), MAX_KEYS):
        found.extend(_read_batch(connection, model, keys[start : start + MAX_KEYS]))
    return found


def _read_batch(connection: Connection, model: type[Model], keys: Sequence[dict[str, Any]]) -> list[Item]:
    """One BatchGetItem, repeated with growing waits for the keys that it left unprocessed (API_BatchGetItem)."""
    table = model.Meta.table_name
    pending: dict[str, Any] = {table: {"Keys": list(keys), "ConsistentRead": True}}
    found: list[Item] = []
    for attempt in range(_ATTEMPTS):
        answer = connection.dispatch("BatchGetItem", {"RequestItems": pending})
        found.extend(answer["Responses"].get(table, ()))
        pending = answer.get("UnprocessedKeys") or {}
        if not pending:
            return found
        pause(attempt)
    raise TransientError("the table did not give all items; try again")


def pause(attempt: int) -> None:
    """Waits before attempt `attempt` + 2: full jitter up to 25 ms, 50 ms … at most 1 s."""
    time.sleep(random.uniform(0, min(1.0, 0.025 * 2**attempt)))
