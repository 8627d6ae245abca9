"""What every MemberStore promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.identifiers import shard_of
from ariia.domain.members.address_index import MAX_SHARERS, MembersRefusedError
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.ports.members.members import MemberStore
from tests.contract.racing import together
from tests.doubles.members.members import MemoryMembers

SHARDS = 4
MAIL = "anna@example.com"
HASH = address_hash(Channel.EMAIL, MAIL)
BOUNCE = Suppression("hard_bounce", 1_700_000_000_000)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[MemberStore]:
    if request.param == "dynamodb":
        request.getfixturevalue("dynamodb_tables")
        yield DynamoMembers(SHARDS)
    else:
        yield MemoryMembers(SHARDS)


@pytest.fixture
def any_member(tenant_id: str) -> Callable[..., Member]:
    def build(member_id: str = "anna", **fields: Any) -> Member:
        return Member(member_id, tenant_id, **fields)

    return build


AnyMember = Callable[..., Member]


def stored(store: MemberStore, member: Member) -> Member:
    found = store.get(member.tenant_id, member.id)
    assert found is not None
    return found


def test_saved_member_is_read_back_whole(store: MemberStore, any_member: AnyMember) -> None:
    member = any_member(
        email="Zoë@müller.example",
        phone="+4930123456",
        tags=["yoga", "früh"],
        attributes={"visits": 3, "note": "Ünïcødé 漢字"},
        consent={"email": Consent(ConsentStatus.GRANTED, "form", 5)},
    )

    assert store.save([member]) == []

    assert member.version == 1
    assert stored(store, member) == member


def test_unknown_member_is_none(store: MemberStore, tenant_id: str) -> None:
    assert store.get(tenant_id, "nobody") is None
    assert store.get_many(tenant_id, ["nobody"]) == {}


def test_member_of_another_tenant_is_not_seen(store: MemberStore, any_member: AnyMember) -> None:
    store.save([any_member(email=MAIL)])

    assert store.get("tenant-other", "anna") is None
    assert store.sharers("tenant-other", "email", HASH) == []


def test_stale_member_is_reported_and_not_stored(store: MemberStore, any_member: AnyMember) -> None:
    first = any_member(first_name="Anna")
    store.save([first])
    stale = any_member(first_name="Stale")
    stale.version = 7

    assert store.save([stale, any_member("new-twin"), any_member("berta")]) == ["anna"]

    assert stored(store, first).first_name == "Anna"
    assert store.get(first.tenant_id, "berta") is not None


def test_new_member_whose_id_is_taken_is_reported(store: MemberStore, any_member: AnyMember) -> None:
    store.save([any_member(first_name="Anna")])

    assert store.save([any_member(first_name="Other"), any_member("berta")]) == ["anna"]

    assert stored(store, any_member()).first_name == "Anna"
    assert stored(store, any_member("berta")).version == 1


def test_many_members_are_saved_and_read_at_once(store: MemberStore, any_member: AnyMember) -> None:
    members = [any_member(f"m{n:03}", email=f"m{n}@example.com", phone=f"+49301234{n:03}") for n in range(130)]

    assert store.save(members) == []

    found = store.get_many(members[0].tenant_id, [member.id for member in members] + ["nobody"])
    assert found == {member.id: member for member in members}


def test_scan_gives_each_shard_in_id_order_by_pages(store: MemberStore, any_member: AnyMember) -> None:
    members = [any_member(f"m{n:03}") for n in range(40)]
    store.save(members)
    tenant_id = members[0].tenant_id
    seen: list[str] = []
    for shard in range(SHARDS):
        after, page_ids = None, []
        while page := store.scan(tenant_id, shard, after, 3):
            assert all(shard_of(member.id, SHARDS) == shard for member in page)
            page_ids += [member.id for member in page]
            after = page[-1].id
        assert page_ids == sorted(page_ids)
        seen += page_ids
    assert sorted(seen) == [member.id for member in members]


def test_first_member_of_an_address_shares_it_once_the_second_comes(store: MemberStore, any_member: AnyMember) -> None:
    anna, berta = any_member(email=MAIL), any_member("berta", email="Anna@Example.com")
    store.save([anna])
    assert stored(store, anna).shared_address == []

    store.save([berta])

    assert store.sharers(anna.tenant_id, "email", HASH) == ["anna", "berta"]
    nobodys = address_hash(Channel.EMAIL, "nobody@example.com")
    assert store.members_at(anna.tenant_id, "email", [HASH, nobodys]) == {HASH: ["anna", "berta"]}
    assert stored(store, anna).shared_address == ["email"]
    assert stored(store, berta).shared_address == ["email"]


def test_members_who_share_from_the_start_carry_it(store: MemberStore, any_member: AnyMember) -> None:
    couple = [any_member("a", phone="+4930123456"), any_member("b", phone="+4930123456"), any_member("c")]
    store.save(couple)

    assert stored(store, couple[0]).shared_address == ["sms", "whatsapp"]
    assert stored(store, couple[1]).shared_address == ["sms", "whatsapp"]
    assert stored(store, couple[2]).shared_address == []


def test_last_member_of_an_address_shares_it_no_more(store: MemberStore, any_member: AnyMember) -> None:
    anna, berta, carla = (any_member(one, email=MAIL) for one in ("anna", "berta", "carla"))
    store.save([anna, berta, carla])
    anna = stored(store, anna)
    anna.email = "new@example.com"

    store.save([anna])
    assert stored(store, berta).shared_address == ["email"]
    assert stored(store, anna).shared_address == []
    assert store.delete(stored(store, carla))

    assert stored(store, berta).shared_address == []
    assert store.sharers(anna.tenant_id, "email", HASH) == ["berta"]


def test_two_members_can_swap_addresses_in_one_call(store: MemberStore, any_member: AnyMember) -> None:
    anna, berta = any_member("anna", email="a@example.com"), any_member("berta", email="b@example.com")
    store.save([anna, berta])
    anna.email, berta.email = berta.email, anna.email

    assert store.save([anna, berta]) == []

    assert store.sharers(anna.tenant_id, "email", address_hash(Channel.EMAIL, "a@example.com")) == ["berta"]
    assert stored(store, anna).shared_address == []


def test_shared_flag_and_suppression_are_the_stores_not_the_callers(store: MemberStore, any_member: AnyMember) -> None:
    member = any_member(email=MAIL, shared_address=["email"], suppression={"email": BOUNCE})
    store.save([member])

    assert stored(store, member).shared_address == []
    assert stored(store, member).suppression == {}


def test_suppression_reaches_every_member_of_the_address(store: MemberStore, any_member: AnyMember) -> None:
    members = [any_member("anna", email=MAIL), any_member("berta", email=MAIL), any_member("carla")]
    store.save(members)

    assert sorted(store.suppress(members[0].tenant_id, "email", HASH, BOUNCE)) == ["anna", "berta"]

    assert stored(store, members[0]).suppression == {"email": BOUNCE}
    assert stored(store, members[1]).suppression == {"email": BOUNCE}
    assert stored(store, members[2]).suppression == {}


def test_repeated_suppression_keeps_the_first_reason(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member(email=MAIL)
    store.save([anna])
    store.suppress(anna.tenant_id, "email", HASH, BOUNCE)
    before = stored(store, anna)

    store.suppress(anna.tenant_id, "email", HASH, Suppression("complaint", BOUNCE.at + 1))

    assert stored(store, anna) == before
    assert store.suppression(anna.tenant_id, "email", HASH) == BOUNCE


def test_member_joining_a_suppressed_address_inherits(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member(email="other@example.com")
    store.suppress(anna.tenant_id, "email", HASH, BOUNCE)
    store.save([anna])
    anna.email = MAIL
    store.save([anna, any_member("berta", email=MAIL)])

    assert stored(store, anna).suppression == {"email": BOUNCE}
    assert stored(store, any_member("berta")).suppression == {"email": BOUNCE}


def test_member_leaving_a_suppressed_address_is_free(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member(email=MAIL)
    store.save([anna])
    store.suppress(anna.tenant_id, "email", HASH, BOUNCE)
    anna = stored(store, anna)
    anna.email = "new@example.com"
    store.save([anna])

    assert stored(store, anna).suppression == {}
    assert store.suppression(anna.tenant_id, "email", HASH) == BOUNCE


def test_suppression_survives_other_changes_and_the_last_member(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member(email=MAIL)
    store.save([anna])
    store.suppress(anna.tenant_id, "email", HASH, BOUNCE)
    anna = stored(store, anna)
    anna.first_name, anna.suppression = "Anna", {}
    store.save([anna])
    assert stored(store, anna).suppression == {"email": BOUNCE}

    assert store.delete(stored(store, anna))
    store.save([any_member("berta", email=MAIL)])

    assert stored(store, any_member("berta")).suppression == {"email": BOUNCE}


def test_deleted_member_is_gone_with_its_address(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member(email=MAIL)
    store.save([anna])

    assert store.delete(anna)

    assert store.get(anna.tenant_id, "anna") is None
    assert store.sharers(anna.tenant_id, "email", HASH) == []
    assert not store.delete(anna)


def test_member_that_changed_meanwhile_is_not_deleted(store: MemberStore, any_member: AnyMember) -> None:
    anna = any_member()
    store.save([anna])
    old = stored(store, anna)
    store.save([anna])

    assert not store.delete(old)
    assert store.get(anna.tenant_id, "anna") is not None


def test_withdrawal_is_inherited_by_whoever_joins(store: MemberStore, any_member: AnyMember) -> None:
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", 100)
    older, newer = Consent(ConsentStatus.GRANTED, "form", 50), Consent(ConsentStatus.GRANTED, "form", 150)
    tenant_id = any_member().tenant_id

    assert store.withdraw(tenant_id, "email", HASH, withdrawal) == []
    store.save([any_member("a", email=MAIL, consent={"email": older})])
    store.save([any_member("b", email=MAIL, consent={"email": newer})])

    assert stored(store, any_member("a")).consent["email"] == withdrawal
    assert stored(store, any_member("b")).consent["email"] == newer
    assert store.withdrawals(tenant_id, "email", [HASH, "f" * 32]) == {HASH: withdrawal}


def test_later_withdrawal_replaces_the_earlier_and_never_the_other_way(
    store: MemberStore, any_member: AnyMember
) -> None:
    anna = any_member(email=MAIL)
    store.save([anna])
    for at in (100, 300, 200):
        withdrawal = Consent(ConsentStatus.DENIED, "one_click", at)
        assert store.withdraw(anna.tenant_id, "email", HASH, withdrawal) == ["anna"]

    assert store.withdrawals(anna.tenant_id, "email", [HASH])[HASH].at == 300


def test_withdrawal_reaches_everybody_who_has_the_address_in_one_step(
    store: MemberStore, any_member: AnyMember
) -> None:
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", 100, {"campaign": "c1"})
    agreed, later = Consent(ConsentStatus.GRANTED, "form", 50), Consent(ConsentStatus.GRANTED, "desk", 150)
    said_no = Consent(ConsentStatus.DENIED, "desk", 60)
    words: dict[str, dict[str, Consent]] = {
        "agreed": {"email": agreed, "sms": agreed},
        "silent": {},
        "no-already": {"email": said_no},
        "agreed-later": {"email": later},
    }
    store.save([any_member(one, email=MAIL, consent=consent) for one, consent in words.items()])

    assert sorted(store.withdraw(any_member().tenant_id, "email", HASH, withdrawal)) == sorted(words)

    found = {one: stored(store, any_member(one)) for one in words}
    assert {one: member.consent["email"] for one, member in found.items()} == {
        "agreed": withdrawal,
        "silent": withdrawal,
        "no-already": said_no,
        "agreed-later": later,
    }
    assert found["agreed"].consent["sms"] == agreed
    assert [entry.source for entry in found["agreed"].consent_history] == ["one_click"]
    assert {one: member.version for one, member in found.items()}["no-already"] == 1


def test_withdrawal_reaches_a_crowd(store: MemberStore, any_member: AnyMember) -> None:
    crowd = [any_member(f"m{n:03}", email=MAIL) for n in range(100)]
    for start in range(0, 100, 40):
        store.save(crowd[start : start + 40])

    store.withdraw(crowd[0].tenant_id, "email", HASH, Consent(ConsentStatus.DENIED, "one_click", 100))

    found = store.get_many(crowd[0].tenant_id, [one.id for one in crowd]).values()
    assert {one.consent["email"].status for one in found} == {ConsentStatus.DENIED}


@pytest.mark.parametrize("round_", range(5))
def test_withdrawal_racing_with_a_join_reaches_both(store: MemberStore, any_member: AnyMember, round_: int) -> None:
    agreed = Consent(ConsentStatus.GRANTED, "form", 50)
    anna, berta = (any_member(one, email=MAIL, consent={"email": agreed}) for one in ("anna", "berta"))
    store.save([anna])
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", 100)
    together(
        lambda: store.withdraw(anna.tenant_id, "email", HASH, withdrawal),
        lambda: store.save([berta]),
    )

    assert [stored(store, one).consent["email"] for one in (anna, berta)] == [withdrawal, withdrawal]


def test_a_grant_that_nobody_dated_never_outlasts_the_no_of_the_address_it_joins(
    store: MemberStore, any_member: AnyMember
) -> None:
    """It was read before the address said no, and is stored after it: its instant is ours and proves nothing."""
    undated = Consent(ConsentStatus.GRANTED, "import", 150, undated=True)
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", 100)
    store.withdraw(any_member().tenant_id, "email", HASH, withdrawal)

    store.save([any_member(email=MAIL, consent={"email": undated})])

    assert stored(store, any_member()).consent["email"] == withdrawal


def test_denial_of_a_deleted_member_stays_with_the_address(store: MemberStore, any_member: AnyMember) -> None:
    denial = Consent(ConsentStatus.DENIED, "desk", 100)
    anna = any_member(email=MAIL, consent={"email": denial})
    store.save([anna])
    store.delete(anna)

    assert store.withdrawals(anna.tenant_id, "email", [HASH]) == {HASH: denial}


def test_address_takes_no_more_than_its_limit_of_members(store: MemberStore, any_member: AnyMember) -> None:
    crowd = [any_member(f"m{n:03}", email=MAIL) for n in range(MAX_SHARERS)]
    for start in range(0, MAX_SHARERS, 40):
        store.save(crowd[start : start + 40])

    with pytest.raises(MembersRefusedError) as refused:
        store.save([any_member("too-many", email=MAIL), any_member("fine", email="fine@example.com")])

    assert set(refused.value.refusals) == {"too-many"}
    assert store.get(crowd[0].tenant_id, "too-many") is None
    assert store.get(crowd[0].tenant_id, "fine") is not None
    assert len(store.sharers(crowd[0].tenant_id, "email", HASH)) == MAX_SHARERS


@pytest.mark.parametrize("round_", range(3))
def test_members_saved_at_once_with_one_new_address_all_share_it(
    store: MemberStore, any_member: AnyMember, round_: int
) -> None:
    ids = [f"m{n}" for n in range(4)]
    together(*(lambda one=one: store.save([any_member(one, email=MAIL)]) for one in ids))

    tenant_id = any_member().tenant_id
    assert sorted(store.sharers(tenant_id, "email", HASH)) == ids
    assert all(member.shared_address == ["email"] for member in store.get_many(tenant_id, ids).values())


@pytest.mark.parametrize("round_", range(5))
def test_suppression_racing_with_a_join_reaches_both(store: MemberStore, any_member: AnyMember, round_: int) -> None:
    anna, berta = any_member("anna", email=MAIL), any_member("berta", email=MAIL)
    store.save([anna])
    together(
        lambda: store.suppress(anna.tenant_id, "email", HASH, BOUNCE),
        lambda: store.save([berta]),
    )

    assert stored(store, anna).suppression == {"email": BOUNCE}
    assert stored(store, berta).suppression == {"email": BOUNCE}


@pytest.mark.parametrize("round_", range(3))
def test_of_two_changes_on_one_version_only_one_is_stored(
    store: MemberStore, any_member: AnyMember, round_: int
) -> None:
    store.save([any_member(email=MAIL)])
    base = any_member()
    copies = [stored(store, base) for _ in range(3)]
    answers: list[list[str]] = []
    together(*(lambda one=one: answers.append(store.save([one])) for one in copies))

    assert sorted(map(len, answers)) == [0, 1, 1]
    assert stored(store, base).version == 2


@pytest.mark.parametrize("round_", range(3))
def test_members_joining_and_leaving_at_once_leave_a_true_index(
    store: MemberStore, any_member: AnyMember, round_: int
) -> None:
    anna, berta, carla = (any_member(one, email=MAIL) for one in ("anna", "berta", "carla"))
    store.save([anna, berta])
    anna, berta = stored(store, anna), stored(store, berta)

    def leave() -> None:
        while not store.delete(stored(store, anna)):
            pass

    together(leave, lambda: store.save([carla]))

    tenant_id = anna.tenant_id
    assert sorted(store.sharers(tenant_id, "email", HASH)) == ["berta", "carla"]
    assert stored(store, berta).shared_address == ["email"]
    assert stored(store, carla).shared_address == ["email"]
