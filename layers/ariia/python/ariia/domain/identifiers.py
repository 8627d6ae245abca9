"""Ids: opaque, safe as SES tag values, sortable by creation where we make them."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib

from ariia.domain.errors import InvalidError, Problem

# SES message tag values allow ASCII letters, digits, underscore and dash (API_MessageTag).
ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
_ID = re.compile(ID_PATTERN)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def is_id(value: str) -> bool:
    """True when `value` may serve as an id."""
    return _ID.fullmatch(value) is not None


def require_id(value: str, field: str) -> str:
    """`value` itself; InvalidError naming `field` when it may not serve as an id."""
    if is_id(value):
        return value
    problem = Problem(field, "is not a valid id", value=value[:80], allowed=ID_PATTERN)
    raise InvalidError(f"{field} is not a valid id", problems=[problem])


def sortable_id(now_ms: int, randomness: bytes) -> str:
    """A 26-character ULID (time first, then 80 random bits), lower case; sorts by time of creation."""
    number = (now_ms << 80) | int.from_bytes(randomness[:10], "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def derived_id(*parts: str) -> str:
    """The same 26-character id for the same parts, always: for things that are keyed otherwise by others."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.b32encode(digest)[:26].decode().lower()


def shard_of(member_id: str, shards: int) -> int:
    """The shard of a member, 0 <= shard < `shards`; stable over processes and versions."""
    return zlib.crc32(member_id.encode()) % shards
