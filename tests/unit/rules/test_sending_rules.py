"""The tenant's rules over a whole campaign: local time, quiet hours and frequency caps, by the clock of each member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.ledger.batch import EntryState
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Member
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.domain.rules.frequency_cap import DAY_MS, FrequencyCap, Overflow, RecentSend
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.tenants.sending_rules import rules_of
from ariia.ports.ledger.sending import PipelineState, Refused, SendCall
from ariia.ports.members.recent_sends import SendsChange
from tests.builders import TENANT, any_campaign, any_container, any_content, any_member
from tests.world import World

ZONES = ("Europe/Berlin", "Asia/Tokyo", "America/New_York")
# The test's clock begins on 15 January 2027 at 8:00 UTC: 9:00 in Berlin, 17:00 in Tokyo, 3:00 in New York.
HOUR = 3_600_000


@pytest.fixture
def world() -> World:
    world = World()
    world.add(*[any_member(f"m{number:03d}", timezone=ZONES[number % 3]) for number in range(90)])
    return world


def local_hours(world: World, calls: dict[str, int]) -> dict[str, set[int]]:
    """By zone, the local hours at which its members were sent to."""
    found: dict[str, set[int]] = {zone: set() for zone in ZONES}
    for member_id, at in calls.items():
        zone = world.members.rows[TENANT, member_id].timezone or ""
        found[zone].add(datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).hour)
    return found


def noting_times(world: World) -> dict[str, int]:
    """When each member is handed over, filled while the world goes on; twice is an error."""
    times: dict[str, int] = {}
    answer = world.provider.answer

    def noting(call: SendCall) -> list[object]:
        for one in call.recipients:
            assert one.member_id not in times
            times[one.member_id] = world.clock.now()
        return answer(call)  # type: ignore[return-value]

    world.provider.answer = noting  # type: ignore[assignment]
    return times


def test_a_local_time_send_reaches_everybody_at_that_hour(world: World) -> None:
    times = noting_times(world)
    campaign = any_campaign(member_local_time=True, scheduled_local="2027-01-15T18:00")
    ended = world.run(world.approve(campaign))
    assert ended.status is CampaignStatus.SENT
    assert local_hours(world, times) == {zone: {18} for zone in ZONES}
    assert len(ended.waves) == 3


def test_nothing_leaves_in_quiet_hours_and_nobody_is_forgotten(world: World) -> None:
    world.has_settings(quiet_hours={"email": QuietHours("17:00", "08:00")})
    times = noting_times(world)
    ended = world.run(world.approve())
    assert (ended.status, len(times)) == (CampaignStatus.SENT, 90)
    assert local_hours(world, times) == {"Europe/Berlin": {9}, "Asia/Tokyo": {8}, "America/New_York": {8}}


def test_quiet_hours_begin_while_a_campaign_is_sent() -> None:
    world = World(rate=2)
    world.rates.save_rate("email", world.quota.current())
    world.add(*[any_member(f"m{number:03d}", timezone="Europe/Berlin") for number in range(400)])
    world.has_settings(quiet_hours={"email": QuietHours("09:02", "09:30")})
    times = noting_times(world)
    assert world.run(world.approve()).status is CampaignStatus.SENT
    since = sorted((at - 1_800_000_000_000) // 60_000 for at in times.values())
    assert len(times) == 400
    assert {minute for minute in since if minute < 30} <= {0, 1}
    assert since[0] < 2 < 30 <= since[-1]


def test_quiet_hours_that_are_set_while_a_campaign_is_sent_hold_from_the_next_round(world: World) -> None:
    campaign = world.approve()
    epoch = world.start(campaign)
    world.has_settings(quiet_hours={"email": QuietHours("08:00", "12:00")})
    times = noting_times(world)
    world.loop(campaign, epoch)
    assert local_hours(world, times) == {"Europe/Berlin": {12}, "Asia/Tokyo": {17}, "America/New_York": {3}}


def test_who_moves_to_where_it_is_quiet_gets_it_when_it_is_not(world: World) -> None:
    world.has_settings(quiet_hours={"email": QuietHours("16:00", "08:30")})
    campaign = world.approve()
    epoch = world.start(campaign)
    [moved] = [one for one in world.members.rows.values() if one.id == "m000"]
    assert world.members.save([replace(moved, timezone="America/New_York")]) == []
    times = noting_times(world)
    world.loop(campaign, epoch)
    assert local_hours(world, times)["America/New_York"] == {8}
    assert len(times) == 90


def test_several_who_moved_get_it_although_their_day_and_that_of_their_batch_never_meet() -> None:
    # Calls of one recipient each: no single look sees the whole batch.
    world, campaign, epoch = moved({f"m{number}": "America/New_York" for number in range(6)})
    times = noting_times(world)
    world.loop(campaign, epoch)
    assert len(times) == 6
    assert local_hours(world, times)["America/New_York"] == {9}


def moved(zones: dict[str, str]) -> tuple[World, Campaign, int]:
    """A campaign to members who were planned in Berlin's day and live by these zones now; calls of one recipient."""
    world = World(rate=1, shards=1)
    world.has_settings(quiet_hours={"email": QuietHours("13:00", "09:00")})
    world.add(*[any_member(one, timezone="Europe/Berlin") for one in zones])
    campaign = world.approve()
    epoch = world.start(campaign)
    for one in list(world.members.rows.values()):
        assert world.members.save([replace(one, timezone=zones[one.id])]) == []
    return world, campaign, epoch


def test_of_several_who_moved_the_first_to_wake_up_is_tried_first() -> None:
    world, campaign, epoch = moved({"m0": "America/Los_Angeles", "m1": "America/New_York"})
    times, began = noting_times(world), world.clock.now()
    world.loop(campaign, epoch)
    assert {one: round((at - began) / HOUR) for one, at in times.items()} == {"m0": 9, "m1": 6}


def test_who_was_put_off_is_queued_again_though_whoever_resolved_their_claim_was_killed() -> None:
    world, campaign, epoch = moved({"m0": "America/New_York"})
    times, began = noting_times(world), world.clock.now()
    world.round(campaign, epoch)
    world.work_off()
    world.clock.advance(6 * 3_600 + 30)
    [key] = [batch.key for rows in world.ledger.batches.values() for batch in rows.values()]
    # A sender claims it, and dies; so does the round that finds out, before it queues the batch again.
    world.queue.waiting.clear()
    assert world.ledger.claim(key, "dead", 1, world.clock.now() + 60_000)
    world.pipeline.state = lambda: PipelineState(latest_event_at=world.clock.now())  # type: ignore[method-assign]
    put, killed = world.queue.put, []

    def dying(batches: Sequence[QueuedBatch]) -> None:
        if batches and not killed:
            killed.append(world.clock.now())
            raise RuntimeError("killed")
        put(batches)

    world.queue.put = dying  # type: ignore[method-assign]
    for _ in range(200):
        try:
            world.loop(campaign, epoch)
            break
        except RuntimeError:
            continue
    assert killed
    assert (times["m0"] - began) / HOUR < 7


def had(world: World, *members: str, hours_ago: float = 2) -> None:
    """Those members got another message so many hours ago."""
    note = RecentSend("earlier", world.clock.now() - round(hours_ago * HOUR))
    assert world.sends.swap(TENANT, {one: SendsChange((), (note,)) for one in members})


def test_who_has_had_enough_is_excluded(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1))
    had(world, "m000", "m001")
    had(world, "m002", hours_ago=25)
    times = noting_times(world)
    assert world.run(world.approve()).status is CampaignStatus.SENT
    excluded = {one: entry.detail for one, entry in world.entries().items() if entry.state is EntryState.EXCLUDED}
    assert excluded == {"m000": "frequency_cap", "m001": "frequency_cap"}
    assert len(times) == 88


def test_or_waits_until_there_is_room(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1, overflow=Overflow.DEFER, defer_hours=48))
    had(world, "m000", hours_ago=4)
    times = noting_times(world)
    start = world.clock.now()
    assert world.run(world.approve()).status is CampaignStatus.SENT
    assert times.keys() == world.entries().keys()
    assert 20 * HOUR <= times["m000"] - start <= 21 * HOUR
    assert max(at for one, at in times.items() if one != "m000") - start < HOUR


def test_who_would_wait_for_too_long_is_excluded(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_week=1, overflow=Overflow.DEFER, defer_hours=72))
    had(world, "m000", hours_ago=24)
    world.run(world.approve())
    assert world.entries()["m000"].detail == "frequency_cap"


def test_a_cap_holds_over_campaigns_and_follow_ups(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=2))
    for number in range(3):
        world.run(world.approve(any_campaign(id=f"campaign-{number}")))
    taken = Counter(world.provider.members)
    assert set(taken.values()) == {2}
    tenant = world.tenants.get(TENANT)
    assert tenant is not None
    container = any_container(name="m000", rules=rules_of(tenant))
    world.singles.prepare(container, any_content(), ["m000"])
    world.work_off()
    standing = world.settler.settle(TENANT, container.id, ["m000"])
    assert [(one.state, one.detail) for one in standing.entries] == [(EntryState.EXCLUDED, "frequency_cap")]
    world.clock.advance(DAY_MS / 1000 + 61)
    later = any_container(name="again", rules=rules_of(tenant))
    world.singles.prepare(later, any_content(), ["m000"])
    world.work_off()
    assert world.settler.settle(TENANT, later.id, ["m000"]).entries[0].state is EntryState.ACCEPTED


def test_a_test_send_counts_for_no_cap(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1))
    container = any_container(DispatchKind.TEST, rules=SendingRules(cap=FrequencyCap(per_day=1)))
    person = Member(
        id=id_of_test_recipient(Channel.EMAIL, "m000@studio.example"), tenant_id=TENANT, email="m000@studio.example"
    )
    swaps: list[object] = []
    world.sends.swap = lambda *about: swaps.append(about) or True  # type: ignore[method-assign,func-returns-value]
    world.singles.prepare(container, any_content(), [person.id], test_recipients=[person])
    world.work_off()
    assert (world.provider.members, swaps) == ([person.id], [])


def test_a_refused_message_leaves_room_for_another(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1))
    answer = world.provider.answer
    world.provider.answer = lambda call: [Refused(f"bad address of {one.member_id}") for one in call.recipients]
    world.run(world.approve())
    assert all(not one.recent_sends for one in world.members.rows.values())
    world.provider.answer = answer
    world.run(world.approve(any_campaign(id="second")))
    accepted = [one for one in world.ledger.batches.items() if "#second#" in one[0]]
    states = {entry.state for _, rows in accepted for batch in rows.values() for entry in batch.entries}
    assert states == {EntryState.ACCEPTED}


def test_members_over_whose_notes_senders_contend_come_again(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1))
    refusals, swap = iter([False] * 40), world.sends.swap
    world.sends.swap = lambda *about: next(refusals, None) is None and swap(*about)  # type: ignore[method-assign]
    times = noting_times(world)
    assert world.run(world.approve()).status is CampaignStatus.SENT
    assert len(times) == 90


def test_a_follow_up_that_waits_for_the_cap_goes_out_when_there_is_room(world: World) -> None:
    world.has_settings(frequency_cap=FrequencyCap(per_day=1, overflow=Overflow.DEFER, defer_hours=30))
    had(world, "m000", hours_ago=23)
    tenant = world.tenants.get(TENANT)
    assert tenant is not None
    container = any_container(name="m000", rules=rules_of(tenant))
    world.singles.prepare(container, any_content(), ["m000"])
    world.work_off()
    waiting = world.settler.settle(TENANT, container.id, ["m000"])
    assert (waiting.is_over, waiting.wake_at) == (False, world.clock.now() + 3_660_000)
    world.clock.advance(HOUR / 1000)
    world.settler.settle(TENANT, container.id, ["m000"])
    assert world.queue.waiting == []
    world.clock.advance(60)
    world.settler.settle(TENANT, container.id, ["m000"])
    world.work_off()
    assert world.settler.settle(TENANT, container.id, ["m000"]).entries[0].state is EntryState.ACCEPTED
