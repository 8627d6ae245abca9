"""The lists of static segments on DynamoDB: one small row per listed member, in the partitions of the members' shards.
So a list is read beside the members by a range of ids, and adding or removing one touches no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import passing_faults
from ariia.adapters.dynamodb.members.items import pause
from ariia.adapters.dynamodb.models import SegmentMemberModel
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.ports.segments import SegmentLists

_MAX_WRITES = 25  # API_BatchWriteItem: "as many as 25 item put or delete operations"
_ATTEMPTS = 8
_PAGE = 1_000


class DynamoSegmentLists(SegmentLists):
    """SegmentLists over the segment-members table."""

    def __init__(self, shards: int, connection: Connection | None = None) -> None:
        self._shards = shards
        self._connection = connection or process_connection()

    def page(self, tenant_id: str, segment_id: str, shard: int, after: str | None, limit: int) -> list[str]:
        behind = SegmentMemberModel.member_id > after if after else None
        return self._query(_key(tenant_id, segment_id, shard), behind, limit=limit, page_size=limit)

    def between(self, tenant_id: str, segment_id: str, shard: int, first: str, last: str) -> set[str]:
        inside = SegmentMemberModel.member_id.between(first, last)
        return set(self._query(_key(tenant_id, segment_id, shard), inside, page_size=_PAGE))

    def add(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        self._write([{"PutRequest": {"Item": self._item(tenant_id, segment_id, one)}} for one in set(member_ids)])

    def remove(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        self._write([{"DeleteRequest": {"Key": self._item(tenant_id, segment_id, one)}} for one in set(member_ids)])

    def _item(self, tenant_id: str, segment_id: str, member_id: str) -> dict[str, Any]:
        key = _key(tenant_id, segment_id, shard_of(member_id, self._shards))
        return {"list_key": {"S": key}, "member_id": {"S": member_id}}

    def _query(self, key: str, condition: Any, **how: Any) -> list[str]:
        with passing_faults():
            found = SegmentMemberModel.query(key, condition, consistent_read=True, **how)
            return [str(item.member_id) for item in found]

    def _write(self, requests: list[dict[str, Any]]) -> None:
        with passing_faults():
            for start in range(0, len(requests), _MAX_WRITES):
                self._write_batch(requests[start : start + _MAX_WRITES])

    def _write_batch(self, requests: list[dict[str, Any]]) -> None:
        """One BatchWriteItem, repeated with growing waits for what it left unprocessed (API_BatchWriteItem)."""
        pending: dict[str, Any] = {SegmentMemberModel.Meta.table_name: requests}
        for attempt in range(_ATTEMPTS):
            pending = self._connection.dispatch("BatchWriteItem", {"RequestItems": pending})["UnprocessedItems"]
            if not pending:
                return
            pause(attempt)
        raise TransientError("the list could not be written whole; try again")


def _key(tenant_id: str, segment_id: str, shard: int) -> str:
    return f"{tenant_id}#{segment_id}#{shard}"
