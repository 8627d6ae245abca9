"""Lists of members: by pages over all shards, or straight through the address index."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.address import parse_email
from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.members.address_index import address_key
from ariia.domain.members.member import Member
from ariia.ports.members.members import MemberStore

_READ_AT_MOST = 2000


@dataclass(frozen=True)
class MemberPage:
    """Members in a stable order; `after` leads to the next page and is None at the end. A filtered page may hold fewer
    members than asked for, or none, and still lead on: one request reads a bounded number of members."""

    members: list[Member]
    after: str | None = None


class MemberListing:
    """Reading members by the page. Members that appear meanwhile are seen when their place is still ahead."""

    def __init__(self, store: MemberStore, shards: int) -> None:
        self._store, self._shards = store, shards

    def page(self, tenant_id: str, limit: int, after: str | None = None, *, tag: str | None = None) -> MemberPage:
        """Up to `limit` members (with `tag`, if given) behind the place `after`. InvalidError for a malformed place."""
        shard, last_id = self._place(after)
        found: list[Member] = []
        read = 0
        while shard < self._shards:
            wanted = limit - len(found) if tag is None else min(500, _READ_AT_MOST - read)
            members = self._store.scan(tenant_id, shard, last_id, wanted)
            read += len(members)
            for member in members:
                last_id = member.id
                if tag is None or tag in member.tags:
                    found.append(member)
                if len(found) == limit:
                    return MemberPage(found, f"{shard}:{last_id}")
            if read >= _READ_AT_MOST:
                return MemberPage(found, f"{shard}:{last_id}")
            if len(members) < wanted:
                shard, last_id = shard + 1, None
        return MemberPage(found)

    def with_email(self, tenant_id: str, email: str) -> list[Member]:
        """All members who have this address, whatever its case; InvalidError when it is none."""
        key = address_key(tenant_id, Channel.EMAIL, parse_email(email))
        ids = self._store.sharers(tenant_id, Channel.EMAIL, key.hash)
        members = self._store.get_many(tenant_id, ids)
        return [members[one] for one in sorted(members)]

    def _place(self, after: str | None) -> tuple[int, str | None]:
        if after is None:
            return 0, None
        shard, _, member_id = after.partition(":")
        if not shard.isdecimal() or int(shard) >= self._shards:
            problem = Problem("cursor", "is not a place in the list of members", value=after[:80])
            raise InvalidError("the cursor is not one of this list", problems=[problem])
        return int(shard), member_id or None
