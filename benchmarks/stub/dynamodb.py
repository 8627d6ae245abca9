"""DynamoDB's JSON protocol, as far as the engine speaks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from threading import Lock
from typing import Any

from .counts import Counts
from .expressions import Item, condition, update
from .members import member_item, members_after
from .tables import PREFIX, Table, all_tables, size_of

Request = dict[str, Any]
Answer = dict[str, Any]
MEMBERS = f"{PREFIX}-members"
_PAGE_BYTES = 1 << 20
_FIRST, _LAST = "", "\U0010ffff"
_BETWEEN = re.compile(r"BETWEEN (:\w+) AND (:\w+)")
_BEGINS = re.compile(r"begins_with\s*\(\s*[#\w]+\s*,\s*(:\w+)\)")
_BEHIND = re.compile(r"AND\s+\(?[#\w]+ > (:\w+)")
_PARTITION = re.compile(r"[#\w]+ = (:\w+)")


class ConditionError(Exception):
    """A condition did not hold."""


class DynamoDB:
    """Tables, and members that are generated. One lock: an answer takes microseconds."""

    def __init__(self, counts: Counts) -> None:
        self.counts, self.members_per_shard = counts, 0
        self._tables, self._lock = all_tables(), Lock()
        self._operations: dict[str, Callable[[Request], Answer]] = {
            "GetItem": self._get,
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "Query": self._query,
            "TransactWriteItems": self._transact,
        }

    def answer(self, operation: str, request: Request) -> Answer:
        """The answer to one call; ConditionError where DynamoDB would refuse."""
        with self._lock:
            return self._operations[operation](request)

    def stored(self, table: str, partition: str) -> list[Item]:
        """Everything in one partition."""
        return self._tables[f"{PREFIX}-{table}"].between(partition, _FIRST, _LAST)

    def _get(self, request: Request) -> Answer:
        item = self._read(request["TableName"], request["Key"])
        size = size_of(item) if item else 0
        self.counts.read(request["TableName"], size, consistent=bool(request.get("ConsistentRead")))
        return {"Item": item} if item else {}

    def _batch_get(self, request: Request) -> Answer:
        responses: dict[str, list[Item]] = {}
        for table, asked in request["RequestItems"].items():
            found = [self._read(table, key) for key in asked["Keys"]]
            for item in found:
                self.counts.read(table, size_of(item) if item else 0, consistent=bool(asked.get("ConsistentRead")))
            responses[table] = [_projected(item, asked) for item in found if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _read(self, table: str, key: Item) -> Item | None:
        found = self._tables[table].get(key)
        if found is None and table == MEMBERS:
            tenant_id, shard = key["shard_key"]["S"].split("#")
            return member_item(tenant_id, int(shard), key["member_id"]["S"])
        return found

    def _put(self, request: Request) -> Answer:
        self._check(request, request["Item"])
        self._store(request["TableName"], request["Item"])
        return {}

    def _batch_write(self, request: Request) -> Answer:
        for table, writes in request["RequestItems"].items():
            for kind, write in (next(iter(one.items())) for one in writes):
                if kind == "PutRequest":
                    self._store(table, write["Item"])
                else:
                    self.counts.write(table, size_of(self._tables[table].get(write["Key"]) or {}))
                    self._tables[table].delete(write["Key"])
        return {"UnprocessedItems": {}}

    def _update(self, request: Request) -> Answer:
        item = self._updated(request)
        return {"Attributes": item} if request.get("ReturnValues") == "ALL_NEW" else {}

    def _updated(self, request: Request, times: int = 1) -> Item:
        before = self._check(request, request["Key"])
        item = {**(before or request["Key"])}
        values = request.get("ExpressionAttributeValues", {})
        update(request["UpdateExpression"], request.get("ExpressionAttributeNames"), item, values)
        self._store(request["TableName"], item, size_of(before or {}), times)
        return item

    def _check(self, request: Request, key: Item) -> Item | None:
        before = self._read(request["TableName"], key)
        holds = condition(request.get("ConditionExpression"), request.get("ExpressionAttributeNames"))
        if not holds(before or {}, request.get("ExpressionAttributeValues", {})):
            self.counts.write(request["TableName"], size_of(before or {}))
            raise ConditionError
        return before

    def _store(self, table: str, item: Item, size_before: int = 0, times: int = 1) -> None:
        self.counts.write(table, max(size_of(item), size_before), times=times)
        self._tables[table].put(item)

    def _transact(self, request: Request) -> Answer:
        actions = [next(iter(action.items())) for action in request["TransactItems"]]
        for kind, action in actions:
            self._check(action, action["Item"] if kind == "Put" else action["Key"])
        for kind, action in actions:
            if kind == "Put":
                self._store(action["TableName"], action["Item"], times=2)
            elif kind == "Update":
                self._updated(action, times=2)
        return {}

    def _query(self, request: Request) -> Answer:
        found, more = self._found(request)
        size = sum(map(size_of, found))
        self.counts.read(request["TableName"], size, consistent=bool(request.get("ConsistentRead")))
        items = [_projected(item, request) for item in found]
        answer: Answer = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        if more:
            table = self._tables[request["TableName"]]
            keys = [table.hash_key, *([table.range_key] if table.range_key else [])]
            answer["LastEvaluatedKey"] = {name: found[-1][name] for name in keys}
        return answer

    def _found(self, request: Request) -> tuple[list[Item], bool]:
        partition, first, last = _range(request)
        limit = int(request.get("Limit", 100_000))
        backwards = request.get("ScanIndexForward") is False
        if request["TableName"] == MEMBERS:
            return self._generated(partition, first, limit)
        table = self._tables[request["TableName"]]
        rows = iter(table.between(partition, first, last, backwards=backwards))
        return _page(rows, limit)

    def _generated(self, partition: str, after: str, limit: int) -> tuple[list[Item], bool]:
        tenant_id, shard = partition.split("#")
        ids = members_after(int(shard), after.strip("\x00 ") or None, self.members_per_shard)
        return _page((member_item(tenant_id, int(shard), one) for one in ids), limit)


def _page(rows: Any, limit: int) -> tuple[list[Item], bool]:
    """At most `limit` items and at most 1 MB; and whether there are more."""
    found: list[Item] = []
    size = 0
    for item in islice(rows, limit):
        found.append(item)
        size += size_of(item)
        if size >= _PAGE_BYTES:
            break
    return found, next(iter(rows), None) is not None or (len(found) == limit)


def _range(request: Request) -> tuple[str, str, str]:
    """Partition, first and last row that a key condition names."""
    expression, values = request["KeyConditionExpression"], request["ExpressionAttributeValues"]

    def held(name: str) -> str:
        return str(next(iter(values[name].values())))

    start = request.get("ExclusiveStartKey")
    first, last = _FIRST, _LAST
    if match := _BETWEEN.search(expression):
        first, last = held(match[1]), held(match[2])
    elif match := _BEGINS.search(expression):
        first, last = held(match[1]), held(match[1]) + _LAST
    elif match := _BEHIND.search(expression):
        first = held(match[1]) + "\x00"
    if start:
        first = max(first, str(next(reversed(start.values()))["S"]) + "\x00")
    partition = _PARTITION.search(expression)
    if partition is None:
        raise ValueError(f"no partition in {expression}")
    return held(partition[1]), first, last


def _projected(item: Item, request: Request) -> Item:
    projection = request.get("ProjectionExpression")
    if not projection:
        return item
    names = request.get("ExpressionAttributeNames", {})
    wanted = {names.get(name, name) for name in (one.strip() for one in projection.split(","))}
    return {name: value for name, value in item.items() if name in wanted}


__all__ = ["ConditionError", "DynamoDB", "Table"]
