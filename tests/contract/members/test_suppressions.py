"""What every SuppressionStore promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pynamodb.connection import Connection

from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.members.suppressions import DynamoSuppressions
from ariia.adapters.dynamodb.members.transactions import MemberTransaction
from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.members.address_index import MAX_SHARERS
from ariia.domain.members.member import Member, Suppression
from ariia.ports.members.members import MemberStore
from ariia.ports.suppressions import Lift, SuppressionStore
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.suppressions import MemorySuppressions

MAIL = "anna@example.com"
HASH = address_hash(Channel.EMAIL, MAIL)
BOUNCE = Suppression("hard_bounce", 1_000)
LIFT = Lift(2_000, "boss", "works again")


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[MemberStore, SuppressionStore]]:
    if request.param == "dynamodb":
        request.getfixturevalue("dynamodb_tables")
        yield DynamoMembers(4), DynamoSuppressions(4)
    else:
        members = MemoryMembers(4)
        yield members, MemorySuppressions(members)


Stores = tuple[MemberStore, SuppressionStore]


def suppression_of(stores: Stores, tenant_id: str, member_id: str) -> Suppression | None:
    member = stores[0].get(tenant_id, member_id)
    assert member is not None
    return member.suppression.get("email")


def test_an_address_without_member_stays_suppressed_and_listed(stores: Stores, tenant_id: str) -> None:
    members, suppressions = stores

    assert suppressions.add(tenant_id, "email", HASH, BOUNCE) == []
    members.save([Member("anna", tenant_id, email=MAIL)])

    assert suppression_of(stores, tenant_id, "anna") == BOUNCE
    found = suppressions.find(tenant_id, "email", HASH)
    assert found is not None
    assert (found.id, found.suppression) == (f"email-{HASH}", BOUNCE)
    assert suppressions.find("somebody-else", "email", HASH) is None


def test_the_list_goes_by_channel_and_page(stores: Stores, tenant_id: str) -> None:
    _, suppressions = stores
    for channel in ("email", "sms"):
        for number in range(3):
            suppressions.add(tenant_id, channel, f"{number:032d}", BOUNCE)

    everything = suppressions.page(tenant_id, None, 100, None)
    assert [one.channel for one in everything] == ["email"] * 3 + ["sms"] * 3
    first = suppressions.page(tenant_id, "sms", 2, None)
    assert first == everything[3:5]
    assert suppressions.page(tenant_id, "sms", 2, first[-1].id) == everything[5:]
    assert suppressions.page(tenant_id, "telegram", 2, None) == []


def test_a_lift_frees_everybody_who_has_the_address(stores: Stores, tenant_id: str) -> None:
    members, suppressions = stores
    members.save([Member(one, tenant_id, email=MAIL) for one in ("anna", "ben")])
    suppressions.add(tenant_id, "email", HASH, BOUNCE)
    before = members.get(tenant_id, "anna")

    assert suppressions.lift(tenant_id, "email", HASH, LIFT) == ["anna", "ben"]
    assert suppressions.lift(tenant_id, "email", HASH, LIFT) is None

    after = members.get(tenant_id, "anna")
    assert after is not None
    assert before is not None
    assert after.suppression == {}
    assert after.version == before.version + 1, "whoever read the member before may not write the suppression back"
    members.save([Member("carl", tenant_id, email=MAIL)])
    assert suppression_of(stores, tenant_id, "carl") is None
    assert suppressions.page(tenant_id, None, 10, None) == []


def test_only_a_later_bounce_suppresses_a_lifted_address_again(stores: Stores, tenant_id: str) -> None:
    members, suppressions = stores
    members.save([Member("anna", tenant_id, email=MAIL)])
    suppressions.add(tenant_id, "email", HASH, BOUNCE)
    suppressions.lift(tenant_id, "email", HASH, LIFT)

    suppressions.add(tenant_id, "email", HASH, BOUNCE)
    assert suppression_of(stores, tenant_id, "anna") is None

    later = Suppression("hard_bounce", 2_001)
    assert suppressions.add(tenant_id, "email", HASH, later) == ["anna"]
    assert suppression_of(stores, tenant_id, "anna") == later


def test_a_crowd_is_suppressed_and_freed(stores: Stores, tenant_id: str) -> None:
    members, suppressions = stores
    crowd = [Member(f"m{n:03}", tenant_id, email=MAIL) for n in range(MAX_SHARERS)]
    for start in range(0, MAX_SHARERS, 40):
        members.save(crowd[start : start + 40])
    ids = [one.id for one in crowd]

    suppressions.add(tenant_id, "email", HASH, BOUNCE)
    assert all("email" in one.suppression for one in members.get_many(tenant_id, ids).values())

    assert suppressions.lift(tenant_id, "email", HASH, LIFT) == ids
    assert all(one.suppression == {} for one in members.get_many(tenant_id, ids).values())


def test_a_complaint_between_two_writes_of_a_lift_leaves_address_and_members_of_one_mind(
    dynamodb_tables: str, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Members who stay suppressed while their address is free could be freed by nobody: the list does not name them."""
    members, suppressions = DynamoMembers(4), DynamoSuppressions(4)
    members.save([Member("anna", tenant_id, email=MAIL)])
    suppressions.add(tenant_id, "email", HASH, BOUNCE)
    commit = MemberTransaction.commit

    def commit_and_complain(transaction: MemberTransaction, connection: Connection, shards: int) -> bool:
        done = commit(transaction, connection, shards)
        monkeypatch.setattr(MemberTransaction, "commit", commit)
        suppressions.add(tenant_id, "email", HASH, Suppression("complaint", 2_500))
        return done

    monkeypatch.setattr(MemberTransaction, "commit", commit_and_complain)
    suppressions.lift(tenant_id, "email", HASH, LIFT)

    complaint = Suppression("complaint", 2_500)
    assert suppression_of((members, suppressions), tenant_id, "anna") == complaint
    assert members.suppression(tenant_id, "email", HASH) == complaint
