"""All tables over one connection."""

from __future__ import annotations

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.models import TABLES, MemberModel
from ariia.adapters.dynamodb.tenants import DynamoTenants


def test_all_tables_and_their_transactions_share_one_connection() -> None:
    connections = {id(model._get_connection().connection) for model in TABLES}
    assert connections == {id(process_connection()), id(DynamoTenants()._connection)}


def test_the_connection_knows_the_keys_of_each_table() -> None:
    keys = MemberModel._get_connection().get_meta_table()
    assert (keys.hash_keyname, keys.range_keyname) == ("shard_key", "member_id")
