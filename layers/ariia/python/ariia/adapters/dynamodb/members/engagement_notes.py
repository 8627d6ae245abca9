"""Notes of what members were sent and did, many members in one small item: an event costs a fraction of a write, and
what nobody asks about is never read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import CONDITION_FAILED, Item, chunks, code_of, passing_faults, text
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.members.engagement import NAMES, latest
from ariia.domain.members.member import Engagement

_PER_WRITE = 25  # API_BatchWriteItem
_PER_NOTE = 1_000
_TRIES = 6


@dataclass(frozen=True)
class Note:
    """One item: where it rests, and what it says of whom."""

    shard_key: str
    note_id: str
    seen: Mapping[str, Engagement]

    @property
    def key(self) -> Item:
        """The item's key."""
        return {"shard_key": text(self.shard_key), "note_id": text(self.note_id)}

    @property
    def item(self) -> Item:
        """The whole item."""
        rows = {one: _instants(seen) for one, seen in self.seen.items()}
        return {**self.key, "seen": text(json.dumps(rows, separators=(",", ":")))}


class EngagementNoteTable:
    """The notes, by tenant and shard and in no order."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._client, self._table, self._shards = client, table, shards

    def add(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        """Writes new notes; some of them may be there when TransientError is raised."""
        by_shard: dict[int, dict[str, Engagement]] = {}
        for member_id, one in seen.items():
            by_shard.setdefault(shard_of(member_id, self._shards), {})[member_id] = one
        notes = [
            Note(f"{tenant_id}#{shard}", token_hex(8), dict(some))
            for shard, of_shard in by_shard.items()
            for some in chunks(list(of_shard.items()), _PER_NOTE)
        ]
        self._write([{"PutRequest": {"Item": note.item}} for note in notes])

    def some(self, tenant_id: str, shard: int, limit: int) -> tuple[list[Note], bool]:
        """Up to `limit` notes of the shard, fewer where they are large; and whether that may not be all."""
        notes, last = self._page(tenant_id, shard, {"Limit": limit})
        return notes, last is not None

    def of_shard(self, tenant_id: str, shard: int) -> Iterator[Note]:
        """All notes of the shard."""
        start: dict[str, Any] = {}
        while True:
            notes, last = self._page(tenant_id, shard, start)
            yield from notes
            if last is None:
                return
            start = {"ExclusiveStartKey": last}

    def remove(self, notes: Sequence[Note]) -> None:
        """Takes them away, whoever else may have."""
        self._write([{"DeleteRequest": {"Key": note.key}} for note in notes])

    def replace(self, before: Note, after: Note) -> bool:
        """Writes the note anew where it still says what it said; False where it does not, or is gone."""
        try:
            with passing_faults():
                self._client.put_item(
                    TableName=self._table,
                    Item=after.item,
                    ConditionExpression="seen = :seen",
                    ExpressionAttributeValues={":seen": before.item["seen"]},
                )
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise
            return False
        return True

    def _page(self, tenant_id: str, shard: int, how: Mapping[str, Any]) -> tuple[list[Note], Item | None]:
        with passing_faults():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="shard_key = :key",
                ExpressionAttributeValues={":key": text(f"{tenant_id}#{shard}")},
                ConsistentRead=True,
                **how,
            )
        return [_note(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def _write(self, requests: Sequence[dict[str, Any]]) -> None:
        for some in chunks(requests, _PER_WRITE):
            pending: dict[str, Any] = {self._table: list(some)}
            for _ in range(_TRIES):
                with passing_faults():
                    pending = self._client.batch_write_item(RequestItems=pending).get("UnprocessedItems") or {}
                if not pending:
                    break
            else:
                raise TransientError("DynamoDB left notes unprocessed")


def coalesced(notes: Sequence[Note]) -> dict[str, Engagement]:
    """What the notes say together of each member."""
    found: dict[str, Engagement] = {}
    for note in notes:
        for member_id, seen in note.seen.items():
            found[member_id] = latest(found.get(member_id, Engagement()), seen)
    return found


def _note(item: Item) -> Note:
    seen = {
        member_id: Engagement(**dict(zip(NAMES, instants, strict=False)))
        for member_id, instants in json.loads(item["seen"]["S"]).items()
    }
    return Note(item["shard_key"]["S"], item["note_id"]["S"], seen)


def _instants(seen: Engagement) -> list[int | None]:
    """In the order of NAMES, without the empty ones at the end: most were only sent something."""
    instants = [getattr(seen, name) for name in NAMES]
    while instants and instants[-1] is None:
        instants.pop()
    return instants
