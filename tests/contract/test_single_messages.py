"""What stores and the eligibility check do with containers of single messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_reader import DynamoSendReader
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.domain.address import address_hash
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import refusal
from ariia.domain.content.content import Content
from ariia.domain.documents import decode, encode
from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.dispatch import ONLY, Dispatch, MessageRef
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.domain.single_messages import batch_of, sending
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.ledger.ledger import Ledger
from ariia.ports.members.members import MemberStore
from ariia.ports.send_reader import SendReader
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.ledger import MemoryLedger
from tests.doubles.members.members import MemoryMembers
from tests.doubles.sending import MemorySendReader


@dataclass
class Stores:
    campaigns: CampaignStore
    members: MemberStore
    ledger: Ledger
    reader: SendReader


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        campaigns, members = MemoryCampaigns(), MemoryMembers()
        yield Stores(campaigns, members, MemoryLedger(), MemorySendReader(campaigns, members))
        return
    prefix = request.getfixturevalue("dynamodb_tables")
    dynamodb_client.cache_clear()
    client, table = dynamodb_client(), {one: names.physical(prefix, one) for one in names.ALL}
    reader = DynamoSendReader(
        client,
        campaigns=table[names.CAMPAIGNS],
        parts=table[names.CAMPAIGN_PARTS],
        members=table[names.MEMBERS],
        addresses=table[names.ADDRESSES],
    )
    yield Stores(DynamoCampaigns(), DynamoMembers(16), DynamoLedger(client, table[names.LEDGER]), reader)


def any_container(tenant_id: str, kind: DispatchKind = DispatchKind.TEST) -> Dispatch:
    made = Dispatch(container_id(kind, tenant_id, "one"), tenant_id, "A test", kind=kind)
    made.messages = {ONLY: MessageRef(made.id, "h1")}
    return sending(made, shards=1, not_before=None, not_after=None, now=5)


def as_dispatch(found: Dispatch | None) -> Dispatch:
    """What it is beside what a campaign has more."""
    assert found is not None
    return decode(Dispatch, encode(found))


def any_test_recipient(tenant_id: str, address: str) -> Member:
    return Member(id=id_of_test_recipient(Channel.EMAIL, address), tenant_id=tenant_id, email=address, created_at=5)


def create(stores: Stores, container: Dispatch, *people: Member) -> bool:
    content = Content("Hello", context={"goal": 10})
    stores.campaigns.keep_message(container.tenant_id, container.messages[ONLY], content)
    return stores.campaigns.create_container(container, people)


def test_a_container_reads_back_whole_and_is_in_no_list(stores: Stores, tenant_id: str) -> None:
    container = any_container(tenant_id, DispatchKind.FOLLOW_UP)
    assert create(stores, container)
    later = replace(any_container(tenant_id, DispatchKind.FOLLOW_UP), created_at=6)
    assert not create(stores, later)
    assert as_dispatch(stores.campaigns.get(tenant_id, container.id)) == container
    assert stores.campaigns.content(tenant_id, container.id, "h1").context == {"goal": 10}
    campaign = Campaign("01k9", tenant_id, "Spring")
    stores.campaigns.create(CampaignChange(campaign))
    assert [one.id for one in stores.campaigns.page(tenant_id, 10, None)] == ["01k9"]
    assert stores.campaigns.page(tenant_id, 10, "01k9") == []


def test_a_batch_is_put_once_and_stays_as_it_is(stores: Stores, tenant_id: str) -> None:
    batch = batch_of(any_container(tenant_id), ["anna"])
    assert stores.ledger.put_batch(batch)
    excluded = batch_of(any_container(tenant_id), ["anna"])
    excluded.entries = [Entry("anna", EntryState.EXCLUDED, "cancelled")]
    assert not stores.ledger.put_batch(excluded)
    assert stores.ledger.batch(batch.key) == batch


def test_a_batch_put_as_excluded_can_not_be_claimed(stores: Stores, tenant_id: str) -> None:
    batch = batch_of(any_container(tenant_id), ["anna"])
    batch.entries = [Entry("anna", EntryState.EXCLUDED, "cancelled")]
    assert stores.ledger.put_batch(batch)
    assert stores.ledger.claim(batch.key, "token", 1, 99) is None


def test_the_last_look_reads_stand_ins_with_what_is_known_of_their_addresses(stores: Stores, tenant_id: str) -> None:
    good, bounced, left = (
        any_test_recipient(tenant_id, f"{name}@studio.example") for name in ("good", "bounced", "left")
    )
    container = any_container(tenant_id)
    assert create(stores, container, good, bounced, left)
    suppression = Suppression("hard_bounce", 3)
    stores.members.suppress(tenant_id, "email", address_hash(Channel.EMAIL, "Bounced@studio.example"), suppression)
    said_no = Consent(ConsentStatus.DENIED, "one_click", 4)
    stores.members.withdraw(tenant_id, "email", address_hash(Channel.EMAIL, "left@studio.example"), said_no)
    ids = [good.id, bounced.id, left.id, id_of_test_recipient(Channel.EMAIL, "nobody@studio.example")]
    campaign, people = stores.reader.dispatch_and_members(tenant_id, container.id, container.kind, 0, ids)
    assert as_dispatch(campaign) == container
    assert {one.email: refusal(one, Channel.EMAIL) for one in people.values()} == {
        "good@studio.example": None,
        "bounced@studio.example": "suppressed",
        "left@studio.example": "no_consent",
    }


def test_other_containers_look_at_members(stores: Stores, tenant_id: str) -> None:
    container = any_container(tenant_id, DispatchKind.FOLLOW_UP)
    assert create(stores, container)
    member = Member(id="anna", tenant_id=tenant_id, email="anna@example.com")
    assert stores.members.save([member]) == []
    batch = batch_of(sending(container, shards=16, not_before=None, not_after=None, now=5), ["anna"])
    campaign, members = stores.reader.dispatch_and_members(
        tenant_id, container.id, container.kind, batch.key.shard, ["anna"]
    )
    assert campaign is not None
    assert list(members) == ["anna"]
