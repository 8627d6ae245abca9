"""Counters on DynamoDB: one item per (campaign, group, stream shard), so that no two writers ever meet on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import CANCELLED, Item, code_of, number, passing_faults, text
from ariia.domain.statistics import Counts
from ariia.ports.statistics import Fold

_WATERMARK = "watermark"


class DynamoStatistics:
    """The statistics port over one table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def watermark(self, stream_shard: str) -> str:
        """See the port."""
        with passing_faults():
            key = _watermark_key(stream_shard)
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return str(item["last_sequence"]["S"]) if item else ""

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        """See the port."""
        actions = [self._move_watermark(fold, expected_watermark)]
        for campaign, counts in fold.changes.items():
            actions += [
                self._add(campaign, f"{group}#{fold.stream_shard}", changes)
                for group, changes in _by_group(counts).items()
            ]
        try:
            with passing_faults():
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if code_of(error) == CANCELLED:
                # Ours may have gone through and been repeated by the SDK.
                return self.watermark(fold.stream_shard) == fold.watermark
            raise
        return True

    def read(self, campaign_key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        """See the port."""
        sums: dict[tuple[str, str], int] = {}
        for item in self._items(campaign_key, groups):
            group = item["counter"]["S"].rpartition("#")[0]
            for name, value in item.items():
                if "N" in value:
                    sums[(group, name)] = sums.get((group, name), 0) + int(value["N"])
        return {key: count for key, count in sums.items() if count}

    def _items(self, campaign_key: str, groups: str) -> list[Item]:
        condition, values = "stats_key = :key", {":key": text(campaign_key)}
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
        found: list[Item] = []
        while True:
            with passing_faults():
                answer = self._client.query(**request)
            found.extend(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return found
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

    def _add(self, campaign_key: str, counter: str, changes: Mapping[str, int]) -> dict[str, Any]:
        names = {f"#n{place}": name for place, name in enumerate(changes)}
        values = {f":v{place}": number(amount) for place, amount in enumerate(changes.values())}
        expression = "ADD " + ", ".join(f"#n{place} :v{place}" for place in range(len(changes)))
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"stats_key": text(campaign_key), "counter": text(counter)},
                "UpdateExpression": expression,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }


def _watermark_key(stream_shard: str) -> Item:
    return {"stats_key": text(f"stream#{stream_shard}"), "counter": text(_WATERMARK)}


def _by_group(counts: Counts) -> dict[str, dict[str, int]]:
    groups: dict[str, dict[str, int]] = {}
    for (group, name), amount in counts.items():
        if amount:
            groups.setdefault(group, {})[name] = amount
    return groups
