"""Engagement on DynamoDB: attributes of the member's item beside its document. Writing the document leaves them alone,
and writing them leaves document and version alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ariia.domain.engagement import NAMES, day_of, news
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.member import Engagement

from .client import Item, batch_get, code_of, number, passing_faults, text

_TRIES = 4
_PER_READ = 100  # API_BatchGetItem


class DynamoEngagement:
    """EngagementStore over the members table."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._client, self._table, self._shards = client, table, shards

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        """See EngagementStore. Most events of a day move nothing: reading costs an eighth of writing."""
        left = dict(seen)
        for _ in range(_TRIES):
            stored = self._stored(tenant_id, list(left))
            left = {
                one: left[one]
                for one, known in stored.items()
                if not self._move(self._key(tenant_id, one), news(known, left[one]))
            }
            if not left:
                return
        raise TransientError("the engagement of a member keeps changing; try again")

    def _stored(self, tenant_id: str, member_ids: list[str]) -> dict[str, Engagement]:
        found: dict[str, Engagement] = {}
        for start in range(0, len(member_ids), _PER_READ):
            keys = [self._key(tenant_id, one) for one in member_ids[start : start + _PER_READ]]
            asked = {"Keys": keys, "ProjectionExpression": ", ".join(("member_id", *NAMES))}
            for item in batch_get(self._client, {self._table: asked})[self._table]:
                known = {name: int(item[name]["N"]) for name in NAMES if name in item}
                found[item["member_id"]["S"]] = Engagement(**known)
        return found

    def _move(self, key: Item, later: dict[str, int]) -> bool:
        """False when the stored instants moved meanwhile."""
        if not later:
            return True
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
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _key(self, tenant_id: str, member_id: str) -> Item:
        shard = shard_of(member_id, self._shards)
        return {"shard_key": text(f"{tenant_id}#{shard}"), "member_id": text(member_id)}
