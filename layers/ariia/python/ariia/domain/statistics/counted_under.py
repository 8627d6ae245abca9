"""Whose figures a message counts for, and whose item of a group a stream shard adds to."""

from __future__ import annotations

import zlib

from ariia.domain.ledger.containers import follow_ups_key

RECOUNT = "recount"
_SLOTS = 8


def writer_of(key: str, stream_shard: str) -> str:
    """Which of a group's items this stream shard adds to; `key` is what is counted under.

    A campaign has one for each stream shard, so that no two writers meet. Stream shards roll every few hours, and
    follow-ups are counted under one key for years: there, stream shards share so many slots. Where two writers meet,
    the transaction of one is refused and tried again."""
    tenant_id, _, _ = key.partition("#")
    return str(zlib.crc32(stream_shard.encode()) % _SLOTS) if key == follow_ups_key(tenant_id) else stream_shard
