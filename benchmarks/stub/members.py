"""Members that nobody stores: made from their number whenever they are asked for, a million as well as a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from .expressions import Item

SHARDS = 16
FIRST_NAMES = ("Anna", "Bernd", "Çelik", "Dörte", "Emil", "Fatma", "Gül", "Henri")
# Ten attributes, which the benchmark's template prints; what a studio knows of its members.
PLANS = ("Basic", "Flex", "Premium", "Student")


def member_id(shard: int, place: int) -> str:
    """The id of the member at `place` of `shard`, as long as the engine's own (26); ids sort by place."""
    return f"01k9{place:07d}q3v5z8x2m4t7n{shard:02d}"


def place_of(one: str) -> int:
    """Where the member with this id stands in its shard."""
    return int(one[4:11])


def members_after(shard: int, after: str | None, per_shard: int) -> Iterator[str]:
    """The ids of a shard behind `after`, in order."""
    first = place_of(after) + 1 if after else 0
    return (member_id(shard, place) for place in range(first, per_shard))


@lru_cache(maxsize=2_048)
def member_item(tenant_id: str, shard: int, one: str) -> Item:
    """The stored item of a member."""
    return {
        "shard_key": {"S": f"{tenant_id}#{shard}"},
        "member_id": {"S": one},
        "document": {"S": json.dumps(member_document(tenant_id, one))},
        "version": {"N": "1"},
    }


def member_document(tenant_id: str, one: str) -> dict[str, object]:
    """A member as the engine stores one: ten attributes, two tags, consent to e-mail."""
    number = place_of(one)
    name = FIRST_NAMES[number % len(FIRST_NAMES)]
    return {
        "id": one,
        "tenant_id": tenant_id,
        "external_id": f"K-{number:08d}",
        "email": f"{one}@mail.example",
        "first_name": name,
        "last_name": "O'Neill-Öztürk",
        "language": "de",
        "timezone": "Europe/Berlin",
        "tags": ["yoga", "newsletter"],
        "attributes": {
            "plan": PLANS[number % len(PLANS)],
            "visits": number % 300,
            "studio": "Prenzlauer Berg",
            "coach": "Jo & Kim",
            "next_class": "Yin Yoga <Flow>",
            "points": 1_250 + number % 50,
            "city": "Berlin",
            "voucher": f"SPRING-{number:07d}",
            "since": "2021-04-01",
        },
        "consent": {"email": {"status": "granted", "source": "import", "at": 1_790_000_000_000}},
        "imported": {"job_id": "01k9job00000000000000000aa", "line": number + 2, "created": True},
        "created_at": 1_790_000_000_000,
        "updated_at": 1_790_000_000_000,
        "version": 1,
    }
