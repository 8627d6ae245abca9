"""What every RecentSendStore does, beside the members it writes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.send_reader import DynamoSendReader
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.members.recent_sends import DynamoRecentSends
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.members.member import Member
from ariia.domain.rules.frequency_cap import RecentSend
from ariia.ports.members.members import MemberStore
from ariia.ports.members.recent_sends import RecentSendStore, SendsChange
from ariia.ports.send_reader import SendReader
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.recent_sends import MemoryRecentSends
from tests.doubles.sending import MemorySendReader

SHARDS = 4
NOON = 1_800_000_000_000
SPRING, SUMMER = RecentSend("spring", NOON), RecentSend("summer", NOON + 5)
Stores = tuple[MemberStore, RecentSendStore, SendReader]


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        members = MemoryMembers(SHARDS)
        yield members, MemoryRecentSends(members), MemorySendReader(MemoryCampaigns(), members)
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        client, table = dynamodb_client(), names.physical(prefix, names.MEMBERS)
        tables = {
            "campaigns": names.physical(prefix, names.CAMPAIGNS),
            "parts": names.physical(prefix, names.CAMPAIGN_PARTS),
            "members": table,
            "addresses": names.physical(prefix, names.ADDRESSES),
        }
        yield DynamoMembers(SHARDS), DynamoRecentSends(client, table, SHARDS), DynamoSendReader(client, **tables)


def test_notes_rest_with_the_member_and_move_no_version(stores: Stores, tenant_id: str) -> None:
    members, sends, reader = stores
    members.save([Member(one, tenant_id, first_name="A") for one in ("anna", "ben")])
    assert sends.swap(tenant_id, {"anna": SendsChange((), (SUMMER, SPRING))})
    assert sends.read(tenant_id, ["anna", "ben", "ghost"]) == {"anna": (SUMMER, SPRING), "ben": ()}
    [anna] = [one for one in members.scan(tenant_id, shard_of("anna", SHARDS), None, 9) if one.id == "anna"]
    assert (anna.version, anna.recent_sends) == (1, [SUMMER, SPRING])
    anna.first_name = "B"
    assert members.save([anna]) == []
    assert sends.read(tenant_id, ["anna"]) == {"anna": (SUMMER, SPRING)}
    _, looked_at = reader.dispatch_and_members(
        tenant_id, "none", DispatchKind.CAMPAIGN, shard_of("anna", SHARDS), ["anna"]
    )
    assert (looked_at["anna"].first_name, looked_at["anna"].recent_sends) == ("B", [SUMMER, SPRING])


def test_all_notes_are_made_or_none(stores: Stores, tenant_id: str) -> None:
    members, sends, _ = stores
    members.save([Member(one, tenant_id) for one in ("anna", "ben")])
    assert sends.swap(tenant_id, {"ben": SendsChange((), (SPRING,))})
    stale = {one: SendsChange((), (SUMMER,)) for one in ("anna", "ben")}
    assert not sends.swap(tenant_id, stale)
    assert sends.read(tenant_id, ["anna", "ben"]) == {"anna": (), "ben": (SPRING,)}
    fresh = {"anna": SendsChange((), (SUMMER,)), "ben": SendsChange((SPRING,), (SUMMER, SPRING))}
    assert sends.swap(tenant_id, fresh)
    assert sends.read(tenant_id, ["anna", "ben"]) == {"anna": (SUMMER,), "ben": (SUMMER, SPRING)}


def test_a_note_is_struck(stores: Stores, tenant_id: str) -> None:
    members, sends, _ = stores
    members.save([Member("anna", tenant_id)])
    assert sends.swap(tenant_id, {"anna": SendsChange((), (SPRING,))})
    assert sends.swap(tenant_id, {"anna": SendsChange((SPRING,), ())})
    assert sends.read(tenant_id, ["anna"]) == {"anna": ()}
    assert sends.swap(tenant_id, {"anna": SendsChange((), (SUMMER,))})


def test_nothing_is_noted_with_who_is_gone(stores: Stores, tenant_id: str) -> None:
    members, sends, _ = stores
    members.save([Member("anna", tenant_id)])
    assert not sends.swap(tenant_id, {one: SendsChange((), (SPRING,)) for one in ("anna", "ghost")})
    assert sends.read(tenant_id, ["anna"]) == {"anna": ()}
    assert members.get(tenant_id, "ghost") is None


def test_fifty_members_fit_into_one_change(stores: Stores, tenant_id: str) -> None:
    members, sends, _ = stores
    ids = [f"m{number}" for number in range(50)]
    members.save([Member(one, tenant_id) for one in ids])
    assert sends.swap(tenant_id, {one: SendsChange((), (SPRING,)) for one in ids})
    assert set(sends.read(tenant_id, ids).values()) == {(SPRING,)}
