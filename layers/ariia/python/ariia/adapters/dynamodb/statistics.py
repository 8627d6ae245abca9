"""Counters on DynamoDB: one item per (key, group, writer), and one per (key, group) that corrects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import (
    CANCELLED,
    CONDITION_FAILED,
    Item,
    chunks,
    code_of,
    number,
    passing_faults,
    text,
)
from ariia.domain.statistics.counted_under import RECOUNT, writer_of
from ariia.domain.statistics.counts import LANES, Counts, by_group
from ariia.ports.statistics import CounterState, Fold, StatisticsStore

_WATERMARK, _MARK = "watermark", "mark#"
# How often an item was written; no fact has this name.
_WRITES = "writes"
_PER_TRANSACTION = 100  # API_TransactWriteItems


class DynamoStatistics(StatisticsStore):
    """The statistics port over one table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def watermark(self, stream_shard: str) -> str:
        with passing_faults():
            key = _watermark_key(stream_shard)
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return str(item["last_sequence"]["S"]) if item else ""

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        actions = [self._move_watermark(fold, expected_watermark)]
        for key, counts in fold.changes.items():
            writer = writer_of(key, fold.stream_shard)
            actions += [self._add(key, f"{group}#{writer}", facts) for group, facts in by_group(counts).items()]
        actions += [self._set_mark(key, shard, mark) for (key, shard), mark in fold.marks.items()]
        if self._transact(actions):
            return True
        # Ours may have gone through and been repeated by the SDK.
        return self.watermark(fold.stream_shard) == fold.watermark

    def read(self, key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        return _summed(self._items(key, groups))

    def marks(self, key: str) -> Mapping[int, int]:
        found = self._items(key, _MARK)
        return {int(item["counter"]["S"].removeprefix(_MARK)): int(item["seen"]["S"]) for item in found}

    def state(self, key: str) -> CounterState:
        found = [item for item in self._items(key, "") if not item["counter"]["S"].startswith(_MARK)]
        corrections = [item for item in found if item["counter"]["S"].endswith(f"#{RECOUNT}")]
        writes = {item["counter"]["S"]: int(item.get(_WRITES, {"N": "0"})["N"]) for item in found}
        return CounterState(_summed(found), _summed(corrections), writes)

    def correct(self, key: str, changes: Counts, seen: CounterState) -> bool:
        before = by_group(dict(seen.corrections))
        sums = {group: _sum(before.get(group, {}), facts) for group, facts in by_group(changes).items()}
        puts = {group: self._correction(key, group, facts, seen) for group, facts in sums.items()}
        lanes = [put for group, put in puts.items() if group.startswith(LANES)]
        others = [put for group, put in puts.items() if not group.startswith(LANES)]
        return all(map(self._transact, chunks(lanes, _PER_TRANSACTION))) and all(map(self._put_alone, others))

    def _correction(self, key: str, group: str, facts: Mapping[str, int], seen: CounterState) -> dict[str, Any]:
        counter = f"{group}#{RECOUNT}"
        writes = seen.writes.get(counter, 0)
        numbers = {name: number(count) for name, count in facts.items() if count} | {_WRITES: number(writes + 1)}
        put = self._put({"stats_key": text(key), "counter": text(counter), **numbers})
        put["Put"]["ConditionExpression"] = f"{_WRITES} = :seen" if writes else f"attribute_not_exists({_WRITES})"
        if writes:
            put["Put"]["ExpressionAttributeValues"] = {":seen": number(writes)}
        return put

    def _put_alone(self, put: Mapping[str, Any]) -> bool:
        try:
            with passing_faults():
                self._client.put_item(**put["Put"])
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
        return True

    def _transact(self, actions: Sequence[dict[str, Any]]) -> bool:
        try:
            with passing_faults():
                self._client.transact_write_items(TransactItems=list(actions))
        except ClientError as error:
            if code_of(error) == CANCELLED:
                return False
            raise
        return True

    def _items(self, key: str, groups: str) -> list[Item]:
        condition, values = "stats_key = :key", {":key": text(key)}
        if groups:
            condition += " AND begins_with(#counter, :groups)"
            values[":groups"] = text(groups)
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        if groups:
            # The word is reserved in DynamoDB's expressions.
            request["ExpressionAttributeNames"] = {"#counter": "counter"}
        return list(self._pages(request))

    def _pages(self, request: dict[str, Any]) -> Iterator[Item]:
        while True:
            with passing_faults():
                answer = self._client.query(**request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _move_watermark(self, fold: Fold, expected: str) -> dict[str, Any]:
        values = {":new": text(fold.watermark)} | ({":old": text(expected)} if expected else {})
        condition = "last_sequence = :old" if expected else "attribute_not_exists(last_sequence)"
        return {
            "Update": {
                "TableName": self._table,
                "Key": _watermark_key(fold.stream_shard),
                "UpdateExpression": "SET last_sequence = :new",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _add(self, key: str, counter: str, facts: Mapping[str, int]) -> dict[str, Any]:
        changes = {**facts, _WRITES: 1}
        names = {f"#n{place}": name for place, name in enumerate(changes)}
        values = {f":v{place}": number(amount) for place, amount in enumerate(changes.values())}
        expression = "ADD " + ", ".join(f"#n{place} :v{place}" for place in range(len(changes)))
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"stats_key": text(key), "counter": text(counter)},
                "UpdateExpression": expression,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def _set_mark(self, key: str, shard: int, mark: int) -> dict[str, Any]:
        """As text: the numbers of an item are its counts."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"stats_key": text(key), "counter": text(f"{_MARK}{shard}")},
                "UpdateExpression": "SET seen = :mark",
                "ExpressionAttributeValues": {":mark": text(str(mark))},
            }
        }

    def _put(self, item: Item) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": item}}


def _watermark_key(stream_shard: str) -> Item:
    return {"stats_key": text(f"stream#{stream_shard}"), "counter": text(_WATERMARK)}


def _summed(found: Sequence[Item]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for item in found:
        group = item["counter"]["S"].rpartition("#")[0]
        for name, value in item.items():
            if "N" in value and name != _WRITES:
                sums[(group, name)] = sums.get((group, name), 0) + int(value["N"])
    return {key: count for key, count in sums.items() if count}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in one.keys() | other.keys()}
