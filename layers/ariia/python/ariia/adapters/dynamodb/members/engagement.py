"""Engagement on DynamoDB: noted in small items first, and settled into attributes of the member's item beside its
document. Writing the document leaves them alone, and writing them leaves document and version alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import (
    CONDITION_FAILED,
    Item,
    batch_get,
    chunks,
    code_of,
    number,
    passing_faults,
    text,
)
from ariia.adapters.dynamodb.members.engagement_notes import EngagementNoteTable, coalesced
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.members.engagement import NAMES, day_of, latest, news, since
from ariia.domain.members.member import Engagement
from ariia.ports.members.engagement import EngagementStore

_TRIES = 4
_PER_READ = 100  # API_BatchGetItem
# Settled in one piece: some seconds' work.
_NOTES_AT_ONCE = 50
# A write waits for the network ten times as long as it computes.
_WRITES_AT_ONCE = 8


class DynamoEngagement(EngagementStore):
    """EngagementStore over the engagement table and the members'."""

    def __init__(self, client: Any, notes_table: str, members_table: str, shards: int) -> None:
        self._client, self._table, self._shards = client, members_table, shards
        self._notes = EngagementNoteTable(client, notes_table, shards)

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        self._notes.add(tenant_id, seen)

    def settle(self, tenant_id: str, shard: int) -> bool:
        """Notes go only when all that they say is with the members."""
        notes, may_be_more = self._notes.some(tenant_id, shard, _NOTES_AT_ONCE)
        if notes:
            self._move_all(tenant_id, coalesced(notes))
            self._notes.remove(notes)
        return not may_be_more

    def noted(self, tenant_id: str, member_id: str) -> Engagement:
        found = Engagement()
        for note in self._notes.of_shard(tenant_id, shard_of(member_id, self._shards)):
            found = latest(found, note.seen.get(member_id, Engagement()))
        return found

    def forget(self, tenant_id: str, member_id: str) -> None:
        """Others may be forgotten at the same time: a note that changed meanwhile is read anew."""
        for _ in range(_TRIES):
            if self._forget_once(tenant_id, member_id):
                return
        raise TransientError("notes about the member keep changing; try again")

    def _forget_once(self, tenant_id: str, member_id: str) -> bool:
        """False when a note that names the member was changed or settled meanwhile."""
        is_done = True
        for note in self._notes.of_shard(tenant_id, shard_of(member_id, self._shards)):
            if member_id in note.seen:
                others = {one: seen for one, seen in note.seen.items() if one != member_id}
                is_done &= self._notes.replace(note, replace(note, seen=others))
        return is_done

    def _move_all(self, tenant_id: str, left: dict[str, Engagement]) -> None:
        """Most of what is seen within a day moves nothing: reading costs an eighth of writing."""
        for _ in range(_TRIES):
            later = {one: moves for one, moves in self._news(tenant_id, left).items() if moves}
            left = {one: left[one] for one in self._unmoved(tenant_id, later)}
            if not left:
                return
        raise TransientError("the engagement of a member keeps changing; try again")

    def _unmoved(self, tenant_id: str, later: Mapping[str, Mapping[str, int]]) -> list[str]:
        """Writes all of it; the ids of those whose stored instants moved meanwhile."""
        if not later:
            return []
        with ThreadPoolExecutor(_WRITES_AT_ONCE) as pool:
            keys = [self._key(tenant_id, one) for one in later]
            moved = pool.map(self._move, keys, later.values())
            return [one for one, done in zip(later, moved, strict=True) if not done]

    def _news(self, tenant_id: str, seen: Mapping[str, Engagement]) -> dict[str, dict[str, int]]:
        """What moves, by id of those who are members."""
        found: dict[str, dict[str, int]] = {}
        for ids in chunks(list(seen), _PER_READ):
            keys = [self._key(tenant_id, one) for one in ids]
            asked = {"Keys": keys, "ProjectionExpression": ", ".join(("member_id", "document", *NAMES))}
            for item in batch_get(self._client, {self._table: asked})[self._table]:
                known = Engagement(**{name: int(item[name]["N"]) for name in NAMES if name in item})
                one = item["member_id"]["S"]
                found[one] = news(known, since(seen[one], _created_at(item)))
        return found

    def _move(self, key: Item, later: Mapping[str, int]) -> bool:
        """False when the stored instants moved meanwhile."""
        values: Item = {}
        conditions = ["attribute_exists(member_id)"]
        for name, at in later.items():
            values |= {f":{name}": number(at), f":{name}_day": number(day_of(at))}
            conditions.append(f"(attribute_not_exists({name}) OR {name} < :{name}_day)")
        try:
            with passing_faults():
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in later),
                    ConditionExpression=" AND ".join(conditions),
                    ExpressionAttributeValues=values,
                )
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise
            return False
        return True

    def _key(self, tenant_id: str, member_id: str) -> Item:
        shard = shard_of(member_id, self._shards)
        return {"shard_key": text(f"{tenant_id}#{shard}"), "member_id": text(member_id)}


def _created_at(item: Item) -> int:
    return int(json.loads(item["document"]["S"]).get("created_at") or 0)
