"""Campaigns to segments, without the recipients of others, and after others: planned in one pass over the members."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.counting import CountRules
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import FollowUpCondition, SegmentCopy, TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Engagement
from ariia.ports.ledger.ledger import Partition
from ariia.services.audience.counting import AudienceCounter
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.planning.shard import ShardPlanner
from tests.builders import NOW, TENANT, any_campaign, any_member, any_target
from tests.doubles.members.engagement import MemoryEngagement
from tests.world import World

DAY = 86_400_000
YOGA = SegmentCopy("Yoga", filter_json={"field": "tags", "op": "contains", "value": "yoga"})
LATELY = SegmentCopy("Active", filter_json={"field": "last_opened_at", "op": "within_last", "value": 30})
LIST = SegmentCopy("List", is_dynamic=False)
OPENED_FIRST = SegmentCopy("Opened", filter_json={"field": "campaign:first:opened", "op": "eq", "value": True})
COPIES = {"yoga": YOGA, "lately": LATELY, "list": LIST, "opened": OPENED_FIRST}


@pytest.fixture
def world() -> World:
    made = World()
    now = made.clock.now()
    made.members.save(
        [
            any_member("anna", tags=["yoga"]),
            any_member("ben", tags=["yoga"]),
            any_member("cleo"),
            any_member("dora", tags=["yoga"]),
            any_member("emil"),
        ]
    )
    opened = {"anna": now - DAY, "ben": now - 90 * DAY, "cleo": now - 2 * DAY}
    made.engagement.note(TENANT, {one: Engagement(last_opened_at=at) for one, at in opened.items()})
    made.lists.add(TENANT, "list", ["anna", "emil", "gone"])
    made.segments.create(MemberSegment("list", TENANT, "List", is_dynamic=False))
    return made


def send(world: World, target: dict[str, Any], exclude: dict[str, Any] | None = None, **fields: Any) -> set[str]:
    """Runs a campaign; who got it."""
    kind = TargetType.SEGMENT if target else TargetType.ALL_MEMBERS
    campaign = any_campaign(**({"id": "second", "target_type": kind} | fields))
    world.approve(campaign, target=any_target(target_filter_json=target, exclude=exclude or {}, segments=COPIES))
    world.run(campaign)
    return {one for one, row in world.recipients(campaign).items() if row.sent_at}


def first_campaign(world: World) -> Campaign:
    """Sent to all but Emil; Anna opened it, Ben clicked, Cleo's bounced."""
    campaign = any_campaign(id="first")
    world.approve(campaign, target=any_target(exclude={"member_ids": ["emil"]}))
    world.run(campaign)
    told = {"anna": EventKind.OPENED, "ben": EventKind.CLICKED, "cleo": EventKind.BOUNCED}
    for call in world.provider.calls:
        for entry in call.recipients:
            if entry.member_id in told:
                world.report(told[entry.member_id], call, entry.member_id)
    return campaign


def test_segments_are_joined_by_any_or_all(world: World) -> None:
    assert send(world, {"segment_ids": ["yoga", "lately"]}) == {"anna", "ben", "cleo", "dora"}
    both = {"segment_ids": ["yoga", "lately"], "match": "all"}
    assert send(world, both, id="third") == {"anna"}


def test_static_segment_is_its_list(world: World) -> None:
    assert send(world, {"segment_ids": ["list"]}) == {"anna", "emil"}


def test_excluded_segments_are_left_out(world: World) -> None:
    assert send(world, {}, {"segment_ids": ["list", "lately"]}) == {"ben", "dora"}


def test_recipients_of_another_campaign_are_left_out_unless_it_failed_for_them(world: World) -> None:
    first_campaign(world)
    assert send(world, {}, {"campaign_ids": ["first"]}) == {"emil"}


def test_who_waits_for_a_cancelled_campaign_is_no_recipient_of_it(world: World) -> None:
    other = any_campaign(id="first")
    world.approve(other)
    world.start(other)
    world.runs.change(world.fresh(other), lambda fresh: setattr(fresh, "status", CampaignStatus.CANCELLED))
    assert len(send(world, {}, {"campaign_ids": ["first"]})) == 5


def test_filter_may_ask_what_became_of_another_campaign(world: World) -> None:
    first_campaign(world)
    assert send(world, {"segment_ids": ["opened"]}) == {"anna", "ben"}


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        (FollowUpCondition.OPENED, {"anna", "ben"}),
        (FollowUpCondition.NOT_OPENED, {"dora"}),
        (FollowUpCondition.CLICKED, {"ben"}),
        (FollowUpCondition.NOT_CLICKED, {"anna", "dora"}),
        (FollowUpCondition.FAILED, {"cleo"}),
    ],
)
def test_follow_up_goes_to_recipients_by_what_they_did(
    world: World, condition: FollowUpCondition, meant: set[str]
) -> None:
    first_campaign(world)
    follow_up = {"type": CampaignType.FOLLOW_UP, "follow_up_of": "first", "follow_up_condition": condition}
    campaign = any_campaign(id="second", **follow_up)
    world.approve(campaign)
    world.run(campaign)
    assert set(world.recipients(campaign)) == meant


def test_days_are_counted_from_the_first_start_of_planning(world: World) -> None:
    campaign = any_campaign(id="second", target_type=TargetType.SEGMENT)
    world.approve(campaign, target=any_target(target_filter_json={"segment_ids": ["lately"]}, segments=COPIES))
    fresh = world.fresh(campaign)
    world.runs.take_charge(TENANT, "second", fresh.version)
    assert world.planner.plan(TENANT, "second", fresh.version, world.clock.now()).outcome == "more"
    world.clock.advance(60 * 86_400)
    assert world.planner.plan(TENANT, "second", fresh.version, world.clock.now() + 240_000).outcome == "planned"
    assert set(world.recipients(campaign)) == {"anna", "cleo"}


def test_deleted_list_fails_the_campaign_and_sends_nobody(world: World) -> None:
    segment = world.segments.get(TENANT, "list")
    assert segment is not None
    world.segments.delete(segment)
    campaign = any_campaign(id="second", target_type=TargetType.SEGMENT)
    world.approve(campaign, target=any_target(target_filter_json={"segment_ids": ["list"]}, segments=COPIES))
    fresh = world.fresh(campaign)
    assert world.planner.plan(TENANT, "second", fresh.version, NOW * 2).outcome == "stop"
    assert (world.fresh(campaign).status, world.provider.calls) == (CampaignStatus.FAILED, [])


def test_what_members_were_sent_and_did_is_noted_with_them_to_the_day(world: World) -> None:
    first_campaign(world)
    assert all(world.engagement.settle(TENANT, shard) for shard in range(world.shards))
    found = world.members.get_many(TENANT, ["anna", "ben", "cleo", "dora"])
    now = world.clock.now()
    assert (found["anna"].engagement.last_opened_at, found["anna"].engagement.last_clicked_at) == (now, None)
    assert found["ben"].engagement.last_clicked_at == found["ben"].engagement.last_interaction_at == now
    assert found["dora"].engagement == Engagement()


class SlowToSettle(MemoryEngagement):
    """Settles a note a second."""

    def __init__(self, world: World) -> None:
        super().__init__(world.members)
        self._clock, self.left = world.clock, 20

    def settle(self, tenant_id: str, shard: int) -> bool:
        self._clock.advance(1)
        self.left -= 1
        return self.left < 0 and super().settle(tenant_id, shard)


def test_notes_are_left_alone_where_nobody_asks_for_them(world: World) -> None:
    send(world, {"segment_ids": ["yoga"]})
    assert world.engagement.noted(TENANT, "anna").last_opened_at is not None
    send(world, {"segment_ids": ["yoga"]}, {"segment_ids": ["lately"]}, id="third")
    assert world.engagement.noted(TENANT, "anna").last_opened_at is None


def test_planning_waits_until_the_notes_are_settled(world: World) -> None:
    slow = SlowToSettle(world)
    facts = PageFactsReader(world.campaigns, world.ledger, world.lists, slow, world.clock, world.shards)
    campaign = any_campaign(id="second", shards=world.shards)
    audience = AudienceFilter.parse(TargetType.SEGMENT, {"segment_ids": ["lately"]}, segments=COPIES)
    planner = ShardPlanner(campaign, audience, [], facts, world.members, world.ledger, world.clock)
    partition = Partition(TENANT, "second", 0)
    assert not planner.run(partition, world.clock.now() + 5_000)
    assert (slow.left, world.ledger.plan_cursor(partition).version) == (15, 0)
    assert planner.run(partition, world.clock.now() + 60_000)


def test_counting_becomes_a_job_when_notes_take_too_long(world: World) -> None:
    slow = SlowToSettle(world)
    facts = PageFactsReader(world.campaigns, world.ledger, world.lists, slow, world.clock, world.shards)
    counter = AudienceCounter(world.members, facts, world.clock, world.shards)
    audience = AudienceFilter.parse(TargetType.SEGMENT, {"segment_ids": ["lately"]}, segments=COPIES)
    assert counter.count(TENANT, audience, CountRules(Channel.EMAIL)) is None
    assert (
        counter.count(TENANT, AudienceFilter.parse(TargetType.ALL_MEMBERS, {}), CountRules(Channel.EMAIL)) is not None
    )
