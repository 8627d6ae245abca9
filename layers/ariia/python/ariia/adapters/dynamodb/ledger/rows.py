"""The calls that the ledger makes, on one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import (
    CANCELLED,
    CONDITION_FAILED,
    Item,
    batch_get,
    chunks,
    code_of,
    number,
    passing_faults,
    text,
)
from ariia.adapters.dynamodb.ledger import items
from ariia.domain.ledger.batch import BatchKey
from ariia.ports.ledger.ledger import Partition


class LedgerRows:
    """Reads are strongly consistent; writes are conditional, so that the SDK may repeat them."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def get(self, partition: Partition, row: str) -> Item | None:
        """One row, strongly consistent; None when there is none."""
        with passing_faults():
            key = items.key_item(partition, row)
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def get_many(self, keys: Sequence[Item], **options: Any) -> list[Item]:
        """Those rows that exist, 100 a call; strongly consistent unless the options say otherwise."""
        found: list[Item] = []
        for some in chunks(keys, 100):
            request = {"Keys": list(some), "ConsistentRead": True, **options}
            found.extend(batch_get(self._client, {self._table: request})[self._table])
        return found

    def query(self, partition: Partition, first: str, last: str, limit: int | None, **options: Any) -> list[Item]:
        """Rows between two range keys, both included, in key order; at most `limit` (None: all)."""
        found: list[Item] = []
        for some in self.pages(partition, first, last, limit, **options):
            found.extend(some)
        return found

    def pages(
        self, partition: Partition, first: str, last: str, limit: int | None = None, **options: Any
    ) -> Iterator[list[Item]]:
        """The same, 1 MB at a time."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "ledger_key = :key AND #row BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#row": "row"},
            "ExpressionAttributeValues": {":key": text(partition.key), ":first": text(first), ":last": text(last)},
            "ConsistentRead": True,
            **options,
        }
        left = limit
        while True:
            if left is not None:
                request["Limit"] = left
            with passing_faults():
                answer = self._client.query(**request)
            yield answer["Items"]
            if left is not None:
                left -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer or left == 0:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def raise_number(self, partition: Partition, row: str, name: str, least: int) -> int:
        """Raises a number of a row, which may not exist yet, to `least`, or by one where it is there already, and
        returns it; a repeated call raises it again."""
        try:
            self._raise(
                partition, row, f"SET {name} = :value", least, f"attribute_not_exists({name}) OR {name} < :value"
            )
            return least
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise
        answer = self._raise(partition, row, f"ADD {name} :value", 1)
        return int(answer["Attributes"][name]["N"])

    def _raise(self, partition: Partition, row: str, expression: str, value: int, condition: str = "") -> Item:
        with passing_faults():
            answer: Item = self._client.update_item(
                TableName=self._table,
                Key=items.key_item(partition, row),
                UpdateExpression=expression,
                ExpressionAttributeValues={":value": number(value)},
                ReturnValues="UPDATED_NEW",
                **({"ConditionExpression": condition} if condition else {}),
            )
        return answer

    def changed(self, key: BatchKey, expression: str, condition: str, values: Item) -> bool:
        """Updates a batch row; False when the condition failed."""
        return self._update(key, expression, condition, values, "NONE") is not None

    def update(self, key: BatchKey, expression: str, condition: str, values: Item) -> Item | None:
        """The batch row after the update; None when the condition failed."""
        return self._update(key, expression, condition, values, "ALL_NEW")

    def _update(self, key: BatchKey, expression: str, condition: str, values: Item, wanted: str) -> Item | None:
        try:
            with passing_faults():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=items.key_item(items.partition_of(key), key.row),
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ReturnValues=wanted,
                )
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return None
            raise
        found: Item = answer.get("Attributes", {})
        return found

    def put(self, item: Item) -> dict[str, Any]:
        """A put as a part of a transaction."""
        return {"Put": {"TableName": self._table, "Item": item}}

    def put_if(self, item: Item, **condition: Any) -> bool:
        """Stores the row if the condition holds."""
        try:
            with passing_faults():
                self._client.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
        return True

    def delete(self, key: Item) -> None:
        """Removes a row; one that is gone stays gone."""
        with passing_faults():
            self._client.delete_item(TableName=self._table, Key=key)

    def delete_if(self, key: Item, condition: str, values: Item) -> bool:
        """Removes a row if the condition holds."""
        try:
            with passing_faults():
                self._client.delete_item(
                    TableName=self._table,
                    Key=key,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
        return True

    def transact(self, actions: list[dict[str, Any]]) -> bool:
        """Makes all writes or none; False when a condition failed or another writer is at it."""
        try:
            with passing_faults():
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if code_of(error) == CANCELLED:
                return False
            raise
        return True


def version_is(version: int) -> dict[str, Any]:
    """The condition that a document row is stored with this version; 0 = not at all."""
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(ledger_key)"}
    return {"ConditionExpression": "row_version = :version", "ExpressionAttributeValues": {":version": number(version)}}
