"""What members were sent lately, on DynamoDB: one attribute of the member's item beside its document, so that the last
look before a call reads it with the member. Writing the document leaves it alone, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import CANCELLED, Item, batch_get, chunks, code_of, passing_faults, text
from ariia.domain.identifiers import shard_of
from ariia.domain.rules.frequency_cap import RecentSend
from ariia.ports.members.recent_sends import RecentSendStore, SendsChange

_PER_READ = 100  # API_BatchGetItem


def sends_to_text(sends: Iterable[RecentSend]) -> str:
    """The notes as they rest: name and instant of each."""
    return ",".join(f"{one.message}@{one.at}" for one in sends)


def sends_from_text(stored: str | None) -> tuple[RecentSend, ...]:
    """The notes that rest there; none where nothing does."""
    parts = (one.partition("@") for one in stored.split(",")) if stored else ()
    return tuple(RecentSend(message, int(at)) for message, _, at in parts)


class DynamoRecentSends(RecentSendStore):
    """RecentSendStore over the members table."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._client, self._table, self._shards = client, table, shards

    def read(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, tuple[RecentSend, ...]]:
        found: dict[str, tuple[RecentSend, ...]] = {}
        for some in chunks(member_ids, _PER_READ):
            asked = {
                "Keys": [self._key(tenant_id, one) for one in some],
                "ProjectionExpression": "member_id, recent_sends",
                "ConsistentRead": True,
            }
            for item in batch_get(self._client, {self._table: asked})[self._table]:
                found[item["member_id"]["S"]] = sends_from_text(item.get("recent_sends", {}).get("S"))
        return found

    def swap(self, tenant_id: str, changes: Mapping[str, SendsChange]) -> bool:
        """One transaction: one call for all members of a batch."""
        moved = {one: change for one, change in changes.items() if change.before != change.after}
        if not moved:
            return True
        actions = [{"Update": self._update(tenant_id, one, change)} for one, change in moved.items()]
        try:
            with passing_faults():
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if code_of(error) == CANCELLED:
                return False
            raise
        return True

    def _update(self, tenant_id: str, member_id: str, change: SendsChange) -> dict[str, Any]:
        before, after = sends_to_text(change.before), sends_to_text(change.after)
        as_seen = "recent_sends = :before" if before else "attribute_not_exists(recent_sends)"
        seen = {":before": text(before)} if before else {}
        values = seen | ({":after": text(after)} if after else {})
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": self._key(tenant_id, member_id),
            "UpdateExpression": "SET recent_sends = :after" if after else "REMOVE recent_sends",
            "ConditionExpression": f"attribute_exists(member_id) AND {as_seen}",
        }
        return update | ({"ExpressionAttributeValues": values} if values else {})

    def _key(self, tenant_id: str, member_id: str) -> Item:
        return {"shard_key": text(f"{tenant_id}#{shard_of(member_id, self._shards)}"), "member_id": text(member_id)}
