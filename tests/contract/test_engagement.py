"""What every EngagementStore does, beside the members it writes on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.engagement import DynamoEngagement
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.memory.engagement import MemoryEngagement
from ariia.adapters.memory.members import MemoryMembers
from ariia.domain.member import Engagement, Member
from ariia.ports.engagement import EngagementStore
from ariia.ports.members import MemberStore

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
        table = names.physical(prefix, names.MEMBERS)
        yield DynamoMembers(SHARDS), DynamoEngagement(dynamodb_client(), table, SHARDS)


def stored(members: MemberStore, tenant_id: str, member_id: str) -> Member:
    member = members.get(tenant_id, member_id)
    assert member is not None
    return member


def test_engagement_rests_with_the_member_and_moves_no_version(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    ids = [f"m{number}" for number in range(130)]
    for start in (0, 65):
        members.save([Member(one, tenant_id, first_name="A") for one in ids[start : start + 65]])
    before = stored(members, tenant_id, "m7")
    engagement.note(tenant_id, {one: Engagement(last_sent_at=NOON, last_opened_at=NOON + 1) for one in [*ids, "ghost"]})
    after = stored(members, tenant_id, "m7")
    assert (after.version, after.engagement) == (1, Engagement(last_sent_at=NOON, last_opened_at=NOON + 1))
    assert members.get(tenant_id, "ghost") is None
    scanned = [one for shard in range(SHARDS) for one in members.scan(tenant_id, shard, None, 200)]
    assert {one.engagement.last_sent_at for one in scanned} == {NOON}
    before.first_name = "B"
    assert members.save([before]) == []
    again = stored(members, tenant_id, "m7")
    assert (again.first_name, again.version, again.engagement.last_opened_at) == ("B", 2, NOON + 1)


def test_a_day_is_written_once_and_never_goes_back(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id)])
    for at in (NOON, NOON + 3_600_000, NOON - 3 * DAY):
        engagement.note(tenant_id, {"anna": Engagement(last_clicked_at=at)})
        assert stored(members, tenant_id, "anna").engagement.last_clicked_at == NOON
    engagement.note(tenant_id, {"anna": Engagement(last_clicked_at=NOON + DAY)})
    assert stored(members, tenant_id, "anna").engagement == Engagement(last_clicked_at=NOON + DAY)


def test_the_day_is_the_same_in_every_order(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    times = (NOON, NOON + DAY // 4, NOON + DAY, NOON + DAY + 7)
    for number, order in enumerate(permutations(times)):
        members.save([Member(f"m{number}", tenant_id)])
        for at in order:
            engagement.note(tenant_id, {f"m{number}": Engagement(last_opened_at=at)})
        found = stored(members, tenant_id, f"m{number}").engagement.last_opened_at or 0
        assert found // DAY == (NOON + DAY) // DAY


def test_who_is_removed_and_comes_again_begins_anew(stores: Stores, tenant_id: str) -> None:
    members, engagement = stores
    members.save([Member("anna", tenant_id)])
    engagement.note(tenant_id, {"anna": Engagement(last_sent_at=NOON)})
    assert members.delete(stored(members, tenant_id, "anna"))
    members.save([Member("anna", tenant_id)])
    assert stored(members, tenant_id, "anna").engagement == Engagement()
