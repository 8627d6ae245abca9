"""What every EngagementStore does, beside the members it writes on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.bootstrap.parts.engagement import engagement_store
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.members.member import Engagement, Member
from ariia.ports.members.engagement import EngagementStore
from ariia.ports.members.members import MemberStore
from tests.doubles.members.engagement import MemoryEngagement
from tests.doubles.members.members import MemoryMembers

SHARDS = 4
NOON = 20_000 * 86_400_000 + 43_200_000
DAY = 86_400_000
Stores = tuple[MemberStore, EngagementStore]


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        members = MemoryMembers(SHARDS)
        yield members, MemoryEngagement(members)
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        yield DynamoMembers(SHARDS), engagement_store(dynamodb_client(), prefix, SHARDS)


def stored(members: MemberStore, tenant_id: str, member_id: str) -> Member:
    member = members.get(tenant_id, member_id)
    assert member is not None
    return member


def settle(engagement: EngagementStore, tenant_id: str) -> None:
    for shard in range(SHARDS):
        while not engagement.settle(tenant_id, shard):
            pass


def test_what_is_noted_rests_with_the_member_once_settled_and_moves_no_version(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    ids = [f"m{number}" for number in range(130)]
    for start in (0, 65):
        members.save([Member(one, tenant_id, first_name="A") for one in ids[start : start + 65]])
    before = stored(members, tenant_id, "m7")
    engagement.note(tenant_id, {one: Engagement(last_sent_at=NOON, last_opened_at=NOON + 1) for one in [*ids, "ghost"]})
    assert stored(members, tenant_id, "m7").engagement == Engagement()
    settle(engagement, tenant_id)
    after = stored(members, tenant_id, "m7")
    assert (after.version, after.engagement) == (1, Engagement(last_sent_at=NOON, last_opened_at=NOON + 1))
    assert members.get(tenant_id, "ghost") is None
    scanned = [one for shard in range(SHARDS) for one in members.scan(tenant_id, shard, None, 200)]
    assert {one.engagement.last_sent_at for one in scanned} == {NOON}
    before.first_name = "B"
    assert members.save([before]) == []
    again = stored(members, tenant_id, "m7")
    assert (again.first_name, again.version, again.engagement.last_opened_at) == ("B", 2, NOON + 1)


def test_many_notes_are_settled_piece_by_piece(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id)])
    for number in range(130):
        engagement.note(tenant_id, {"anna": Engagement(last_sent_at=NOON + number * DAY)})
    assert engagement.noted(tenant_id, "anna") == Engagement(last_sent_at=NOON + 129 * DAY)
    settle(engagement, tenant_id)
    assert stored(members, tenant_id, "anna").engagement == Engagement(last_sent_at=NOON + 129 * DAY)
    assert engagement.noted(tenant_id, "anna") == Engagement()


def test_other_tenants_notes_stay(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", f"{tenant_id}-b")])
    engagement.note(f"{tenant_id}-b", {"anna": Engagement(last_sent_at=NOON)})
    settle(engagement, tenant_id)
    assert stored(members, f"{tenant_id}-b", "anna").engagement == Engagement()
    assert engagement.noted(tenant_id, "anna") == Engagement()
    assert engagement.noted(f"{tenant_id}-b", "anna") == Engagement(last_sent_at=NOON)


def test_a_day_is_written_once_and_never_goes_back(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id)])
    for at in (NOON, NOON + 3_600_000, NOON - 3 * DAY):
        engagement.note(tenant_id, {"anna": Engagement(last_clicked_at=at)})
        settle(engagement, tenant_id)
        assert stored(members, tenant_id, "anna").engagement.last_clicked_at == NOON
    engagement.note(tenant_id, {"anna": Engagement(last_clicked_at=NOON + DAY)})
    settle(engagement, tenant_id)
    assert stored(members, tenant_id, "anna").engagement == Engagement(last_clicked_at=NOON + DAY)


def test_the_day_is_the_same_in_every_order(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    times = (NOON, NOON + DAY // 4, NOON + DAY, NOON + DAY + 7)
    orders = list(permutations(times))
    members.save([Member(f"m{number}", tenant_id) for number in range(len(orders))])
    for step in range(len(times)):
        noted = {f"m{number}": Engagement(last_opened_at=order[step]) for number, order in enumerate(orders)}
        engagement.note(tenant_id, noted)
        settle(engagement, tenant_id)
    for number in range(len(orders)):
        found = stored(members, tenant_id, f"m{number}").engagement.last_opened_at or 0
        assert found // DAY == (NOON + DAY) // DAY


def test_who_is_removed_and_comes_again_begins_anew(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id)])
    engagement.note(tenant_id, {"anna": Engagement(last_sent_at=NOON)})
    settle(engagement, tenant_id)
    engagement.note(tenant_id, {"anna": Engagement(last_opened_at=NOON)})
    assert members.delete(stored(members, tenant_id, "anna"))
    members.save([Member("anna", tenant_id, created_at=NOON + 1)])
    settle(engagement, tenant_id)
    assert stored(members, tenant_id, "anna").engagement == Engagement()


def test_two_who_are_forgotten_at_the_same_time_are_both(stores: Stores, tenant_id: str) -> None:
    _, engagement = stores
    # In one shard, and so in the same notes.
    ids = [one for one in (f"m{number}" for number in range(200)) if shard_of(one, SHARDS) == 0][:20]
    for at in range(10):
        engagement.note(tenant_id, {one: Engagement(last_clicked_at=NOON + at) for one in ids})

    def forget(one: str) -> None:
        while True:
            try:
                engagement.forget(tenant_id, one)
                break
            except TransientError:
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(forget, ids[:8]))
    left = [one for one in ids if engagement.noted(tenant_id, one) != Engagement()]
    assert left == ids[8:]


def test_who_is_forgotten_is_in_no_note_and_the_others_are(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id), Member("ben", tenant_id)])
    for at in (NOON, NOON + DAY):
        engagement.note(tenant_id, {one: Engagement(last_clicked_at=at) for one in ("anna", "ben")})
    engagement.forget(tenant_id, "anna")
    engagement.forget(tenant_id, "anna")
    assert engagement.noted(tenant_id, "anna") == Engagement()
    settle(engagement, tenant_id)
    assert stored(members, tenant_id, "anna").engagement == Engagement()
    assert stored(members, tenant_id, "ben").engagement == Engagement(last_clicked_at=NOON + DAY)
