"""Where it is noted what members were sent and did."""

from __future__ import annotations

from typing import Any

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.members.engagement import DynamoEngagement


def engagement_store(client: Any, table_prefix: str, shards: int) -> DynamoEngagement:
    """Over the tables of the deployment named `table_prefix`."""
    notes, members = (names.physical(table_prefix, table) for table in (names.ENGAGEMENT, names.MEMBERS))
    return DynamoEngagement(client, notes, members, shards)
