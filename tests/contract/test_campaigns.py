"""What every CampaignStore does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.channel import Channel
from ariia.domain.content.content import Content
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Member
from ariia.domain.rules.wave import Lane, Wave
from ariia.ports.campaigns import CampaignChange, CampaignStore
from tests.doubles.campaigns import MemoryCampaigns

NOW = 4_000_000_000_000


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[CampaignStore]:
    if request.param == "memory":
        yield MemoryCampaigns()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoCampaigns()


def any_campaign(tenant_id: str, campaign_id: str = "c1", **fields: object) -> Campaign:
    return Campaign(campaign_id, tenant_id, "Spring", created_by="anna", created_at=1, updated_at=1, **fields)  # type: ignore[arg-type]


def any_change(campaign: Campaign, **parts: object) -> CampaignChange:
    return CampaignChange(campaign, Content("Hello", html="<p>Hi</p>"), Target(), **parts)  # type: ignore[arg-type]


def test_created_campaign_reads_back_whole_with_version_one(store: CampaignStore, tenant_id: str) -> None:
    campaign = any_campaign(tenant_id, waves=[Wave("w1", 5, 9)], lanes=[Lane("l1", "w1", Channel.EMAIL)], paused_at=7)
    assert store.create(any_change(campaign))
    assert store.get(tenant_id, "c1") == campaign
    assert campaign.version == 1


def test_unknown_campaign_and_other_tenants_campaign_read_as_none(store: CampaignStore, tenant_id: str) -> None:
    store.create(any_change(any_campaign(tenant_id)))
    assert store.get(tenant_id, "c2") is None
    assert store.get(f"{tenant_id}x", "c1") is None


def test_taken_id_is_not_created_again_and_nothing_is_overwritten(store: CampaignStore, tenant_id: str) -> None:
    store.create(any_change(any_campaign(tenant_id)))
    assert not store.create(CampaignChange(any_campaign(tenant_id, description="other"), Content("Other"), Target()))
    stored = store.get(tenant_id, "c1")
    assert stored is not None
    assert stored.description is None
    assert store.content(tenant_id, "c1").subject == "Hello"


def test_claim_makes_one_campaign_only(store: CampaignStore, tenant_id: str) -> None:
    assert store.create(any_change(any_campaign(tenant_id)), claim="k1")
    assert not store.create(any_change(any_campaign(tenant_id, "c2")), claim="k1")
    assert store.claimed(tenant_id, "k1") == "c1"
    assert store.claimed(tenant_id, "k2") is None
    assert store.claimed(f"{tenant_id}x", "k1") is None
    assert store.get(tenant_id, "c2") is None


def test_save_raises_the_version_and_stale_one_changes_nothing(store: CampaignStore, tenant_id: str) -> None:
    store.create(any_change(any_campaign(tenant_id)))
    first, second = store.get(tenant_id, "c1"), store.get(tenant_id, "c1")
    assert first is not None
    assert second is not None
    first.name, second.name = "First", "Second"
    assert store.save(CampaignChange(first))
    assert first.version == 2
    move = Move("edit", "draft", "draft", "ben", 3)
    assert not store.save(CampaignChange(second, Content("Second"), moves=[move]))
    assert second.version == 1
    assert store.get(tenant_id, "c1") == first
    assert store.content(tenant_id, "c1").subject == "Hello"
    assert store.history(tenant_id, "c1") == []


def test_save_of_unknown_campaign_stores_nothing(store: CampaignStore, tenant_id: str) -> None:
    campaign = any_campaign(tenant_id)
    campaign.version = 1
    assert not store.save(CampaignChange(campaign))
    assert store.get(tenant_id, "c1") is None


def test_parts_are_kept_apart_from_their_frozen_copies(store: CampaignStore, tenant_id: str) -> None:
    campaign = any_campaign(tenant_id)
    store.create(any_change(campaign))
    frozen = Content("Frozen", values={"offer": "10 %"}, variables=[{"name": "offer"}], from_address="a@b.de")
    assert store.save(CampaignChange(campaign, frozen=("abc", frozen, Target({"member_ids": ["m1"]}))))
    assert store.save(CampaignChange(campaign, content=Content("Edited"), target=Target({}, {"tags": ["x"]})))
    assert store.content(tenant_id, "c1", "abc") == frozen
    assert store.target(tenant_id, "c1", "abc") == Target({"member_ids": ["m1"]})
    assert store.content(tenant_id, "c1") == Content("Edited")
    assert store.target(tenant_id, "c1") == Target({}, {"tags": ["x"]})


def test_part_that_was_never_stored_is_not_found(store: CampaignStore, tenant_id: str) -> None:
    store.create(any_change(any_campaign(tenant_id)))
    with pytest.raises(NotFoundError):
        store.content(tenant_id, "c1", "nohash")
    with pytest.raises(NotFoundError):
        store.target(tenant_id, "c2")


def test_history_keeps_the_order_of_moves(store: CampaignStore, tenant_id: str) -> None:
    campaign = any_campaign(tenant_id)
    store.create(any_change(campaign, moves=[Move("create", "", "draft", "anna", 1)]))
    for number in range(11):
        moves = [Move(f"step-{number}-{part}", "draft", "draft", "ben", number, "why") for part in range(2)]
        assert store.save(CampaignChange(campaign, moves=moves))
    actions = [move.action for move in store.history(tenant_id, "c1")]
    assert actions == ["create", *(f"step-{number}-{part}" for number in range(11) for part in range(2))]
    assert store.history(tenant_id, "c2") == []


def test_pages_run_from_newest_to_oldest_within_the_tenant(store: CampaignStore, tenant_id: str) -> None:
    for number in range(5):
        store.create(any_change(any_campaign(tenant_id, f"01h{number}")))
    store.create(any_change(any_campaign(f"{tenant_id}x", "01h9")), claim="k")
    first = store.page(tenant_id, 3, None)
    assert [one.id for one in first] == ["01h4", "01h3", "01h2"]
    assert [one.id for one in store.page(tenant_id, 3, first[-1].id)] == ["01h1", "01h0"]


def test_what_a_caller_changes_is_not_stored_until_saved(store: CampaignStore, tenant_id: str) -> None:
    store.create(any_change(any_campaign(tenant_id)))
    read = store.get(tenant_id, "c1")
    assert read is not None
    read.status = CampaignStatus.CANCELLED
    read.lanes.append(Lane("l1", "w1", Channel.EMAIL))
    again = store.get(tenant_id, "c1")
    assert again is not None
    assert again.status is CampaignStatus.DRAFT
    assert again.lanes == []


def test_a_container_is_removed_with_all_its_parts(store: CampaignStore, tenant_id: str) -> None:
    store.keep_message(tenant_id, MessageRef("zf-one", "h1"), Content("Hello", context={"goal": "the knee"}))
    assert store.create_container(Dispatch("zf-one", tenant_id), [Member("x", tenant_id, created_at=NOW)])
    assert store.create(any_change(any_campaign(tenant_id)))

    store.remove_container(tenant_id, "zf-one")
    store.remove_container(tenant_id, "zf-one")

    assert store.get(tenant_id, "zf-one") is None
    assert store.test_recipients(tenant_id, "zf-one", ["x"]) == {}
    with pytest.raises(NotFoundError):
        store.content(tenant_id, "zf-one", "h1")
    assert store.content(tenant_id, "c1").subject == "Hello"


def test_a_container_is_made_once_and_changed_by_its_version(store: CampaignStore, tenant_id: str) -> None:
    container = Dispatch("zf-one", tenant_id, run_began_at=1)
    assert store.create_container(container)
    assert not store.create_container(Dispatch("zf-one", tenant_id))
    late = store.get(tenant_id, "zf-one")
    assert late is not None
    container.run_began_at = 2
    assert store.save_container(container)
    assert not store.save_container(late)
    stored = store.get(tenant_id, "zf-one")
    assert stored is not None
    assert (stored.run_began_at, stored.version) == (2, 2)


def test_a_message_rests_once_whatever_names_it(store: CampaignStore, tenant_id: str) -> None:
    message = MessageRef("questions", "h1")
    store.keep_message(tenant_id, message, Content("Hello"))
    store.keep_message(tenant_id, message, Content("Something else"))
    assert store.message(tenant_id, message).subject == "Hello"
    for other in (MessageRef("questions", "h2"), MessageRef("c1", "h1")):
        with pytest.raises(NotFoundError):
            store.message(tenant_id, other)


def test_removed_stand_ins_leave_the_others(store: CampaignStore, tenant_id: str) -> None:
    people = [Member(one, tenant_id, created_at=NOW) for one in ("x", "y")]
    assert store.create_container(Dispatch("zt-one", tenant_id), people)

    store.remove_test_recipients(tenant_id, "zt-one", ["x", "never"])

    assert list(store.test_recipients(tenant_id, "zt-one", ["x", "y"])) == ["y"]


def test_a_member_is_replaced_in_every_target_that_lists_them(store: CampaignStore, tenant_id: str) -> None:
    ids, excluded = {"member_ids": ["anna", "ben"]}, {"member_ids": ["anna"], "tags": ["vip"]}
    frozen = ("h1", Content("Hello"), Target(exclude=excluded))
    draft = CampaignChange(any_campaign(tenant_id), Content("Hello"), Target(ids), frozen=frozen)
    assert store.create(draft)

    assert store.replace_in_targets(tenant_id, "c1", "anna", "nobody") == 2
    assert store.replace_in_targets(tenant_id, "c1", "anna", "nobody") == 0

    assert store.target(tenant_id, "c1") == Target({"member_ids": ["nobody", "ben"]})
    assert store.target(tenant_id, "c1", "h1") == Target(exclude={"member_ids": ["nobody"], "tags": ["vip"]})
