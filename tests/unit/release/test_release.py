"""Release and settle: just in time, inside the window, and never forgetting what got lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import take_charge
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import ReleaseCursor
from ariia.domain.ledger.receipt import RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.wave import Lane, Wave
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition
from ariia.services.release.in_flight import InFlightCount
from ariia.services.release.round_state import ReleasePolicy
from tests.builders import any_campaign, any_member
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.add(*[any_member(f"m{number:03d}") for number in range(230)])
    return world


def with_window(world: World, campaign: Campaign, not_before: int | None, not_after: int | None) -> None:
    fresh = world.fresh(campaign)
    fresh.waves = [Wave("w0", not_before, not_after)]
    assert world.campaigns.save(CampaignChange(fresh))


def started(world: World, **fields: object) -> tuple[Campaign, int]:
    campaign = world.approve(any_campaign(**fields))
    return campaign, world.start(campaign)


def test_a_round_queues_no_more_than_two_minutes_of_sending() -> None:
    world = World(rate=1)
    world.add(*[any_member(f"m{number:03d}") for number in range(300)])
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    queued = sum(one.size for one in world.queue.waiting)
    assert 120 <= queued <= 170
    before = len(world.queue.waiting)
    world.round(campaign, epoch)
    assert len(world.queue.waiting) == before


def test_campaigns_share_the_rate() -> None:
    world = World(rate=1)
    world.add(*[any_member(f"m{number:03d}") for number in range(300)])
    world.rates.note_active("email", "other#1", world.clock.now())
    world.rates.note_active("email", "other#2", world.clock.now())
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    assert sum(one.size for one in world.queue.waiting) <= 40 + 50


def test_campaign_that_ended_leaves_its_share_to_the_others(world: World) -> None:
    world.add(any_member("m1"))
    campaign = world.approve()
    world.run(campaign)
    assert world.rates.note_active("email", "other#1", world.clock.now()) == 1


def test_lost_queue_messages_are_queued_again(world: World) -> None:
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    lost = len(world.queue.waiting)
    world.queue.waiting.clear()
    world.round(campaign, epoch)
    assert world.queue.waiting == []
    world.clock.advance(181)
    world.round(campaign, epoch)
    assert len(world.queue.waiting) == lost
    world.loop(campaign, epoch)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_resumed_campaign_does_not_wait_for_messages_that_were_dropped_in_the_pause(world: World) -> None:
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    queued = len(world.queue.waiting)
    assert world.runs.pause(world.fresh(campaign), "a pause")
    while world.queue.waiting:
        world.work_off()
    assert world.provider.calls == []
    world.clock.advance(5)
    resumed = world.start(campaign)
    world.round(campaign, resumed)
    assert len(world.queue.waiting) == queued
    world.round(campaign, resumed)
    assert len(world.queue.waiting) == queued
    world.loop(campaign, resumed)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def killed_before_the_cursor_moves(world: World, campaign: Campaign, epoch: int) -> None:
    """A round that announces and queues, and dies then."""
    save = world.ledger.save_release_cursors

    def dying(cursors: Mapping[tuple[Partition, str], ReleaseCursor]) -> set[tuple[Partition, str]]:
        if any(one.released for one in cursors.values()):
            raise RuntimeError("killed")
        return save(cursors)

    world.ledger.save_release_cursors = dying  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        world.round(campaign, epoch)
    world.ledger.save_release_cursors = save  # type: ignore[method-assign]


def test_what_was_queued_and_claimed_before_a_crash_is_in_flight(world: World) -> None:
    campaign, epoch = started(world)
    killed_before_the_cursor_moves(world, campaign, epoch)
    queued = world.queue.waiting[:2]
    for one in queued:
        assert world.ledger.claim(one.key, f"token-{one.key.row}", 50, world.clock.now() + 100_000)
    in_flight = InFlightCount(world.ledger).of(world.fresh(campaign))
    assert (in_flight.batches, in_flight.messages) == (2, sum(one.size for one in queued))


def test_what_was_never_queued_is_not_read_to_know_what_is_in_flight(world: World) -> None:
    world.quota.answer = replace(world.quota.answer, per_second=1.0)
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    asked = []
    summaries = world.ledger.summaries_after
    world.ledger.summaries_after = lambda *about: asked.append(about) or summaries(*about)  # type: ignore[func-returns-value, method-assign]
    InFlightCount(world.ledger).of(world.fresh(campaign))
    assert 0 < len(asked) < world.shards


def test_a_retry_keeps_in_mind_what_the_run_before_had_queued(world: World) -> None:
    campaign, epoch = started(world)
    killed_before_the_cursor_moves(world, campaign, epoch)
    claimed = world.queue.waiting[0]
    assert world.ledger.claim(claimed.key, "token", 50, world.clock.now() + 100_000)
    world.runs.fail(world.fresh(campaign), "the planner gave up")
    world.start(campaign)
    assert InFlightCount(world.ledger).of(world.fresh(campaign)).batches == 1


def test_a_retry_is_not_planned_while_a_round_before_it_still_writes(world: World) -> None:
    campaign, _ = started(world)
    world.runs.fail(world.fresh(campaign), "the planner gave up")
    fresh = world.fresh(campaign)
    again = fresh.version
    assert world.campaigns.save(CampaignChange(fresh, moves=[take_charge(fresh, again, by="anna", at=1)]))
    cursors = world.ledger.release_cursors

    def overtaken(partitions: Sequence[Partition], lanes: Sequence[str]) -> dict[tuple[int, str], ReleaseCursor]:
        found = cursors(partitions, lanes)
        assert world.ledger.save_release_cursor(partitions[0], "l0", ReleaseCursor(released="batch#z", version=1))
        return found

    world.ledger.release_cursors = overtaken  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        world.planner.freeze(campaign.tenant_id, campaign.id, again)


def test_a_crash_between_queueing_and_the_cursor_queues_twice_and_sends_once(world: World) -> None:
    campaign, epoch = started(world)
    killed_before_the_cursor_moves(world, campaign, epoch)
    world.round(campaign, epoch)
    assert len(world.queue.waiting) > len(set(world.queue.waiting))
    world.loop(campaign, epoch)
    assert len(world.provider.members) == 230


def test_nothing_leaves_before_the_window_opens(world: World) -> None:
    campaign, epoch = started(world)
    opens = world.clock.now() + 3_600_000
    with_window(world, campaign, opens, None)
    step = world.round(campaign, epoch)
    assert (step.outcome, world.queue.waiting) == ("wait", [])
    world.loop(campaign, epoch)
    assert world.clock.now() >= opens
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_queued_batch_is_not_sent_after_its_window_closed(world: World) -> None:
    campaign, epoch = started(world)
    world.round(campaign, epoch)
    with_window(world, campaign, None, world.clock.now() + 1_000)
    world.clock.advance(5)
    while world.queue.waiting:
        world.work_off()
    assert world.provider.calls == []
    world.loop(campaign, epoch)
    assert world.statuses(campaign) == {RecipientStatus.EXCLUDED: 230}
    assert {one.reason for one in world.recipients(campaign).values()} == {"expired"}


def test_lanes_are_released_each_in_its_own_window(world: World) -> None:
    """Two waves in one page: settling one does not wait for the other."""
    campaign = world.approve()
    epoch = world.start(campaign)
    later = world.clock.now() + 7_200_000
    fresh = world.fresh(campaign)
    fresh.waves = [Wave("w0"), Wave("w1", later)]
    fresh.lanes = [Lane("l0", "w0", Channel.EMAIL), Lane("l1", "w1", Channel.EMAIL)]
    assert world.campaigns.save(CampaignChange(fresh))
    for rows in world.ledger.batches.values():
        for row, batch in list(rows.items()):
            if batch.key.number % 2:
                moved = replace(batch, key=replace(batch.key, lane="l1"))
                del rows[row]
                rows[moved.key.row] = moved
    second = sum(
        len(batch.entries)
        for rows in world.ledger.batches.values()
        for batch in rows.values()
        if batch.key.lane == "l1"
    )
    for _ in range(20):
        step = world.round(campaign, epoch)
        while world.queue.waiting:
            world.work_off()
        world.clock.advance(min(step.wait_seconds, 60))
    assert second > 0
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230 - second, RecipientStatus.PENDING: second}
    world.loop(campaign, epoch)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_run_that_is_not_in_charge_ends_and_touches_nothing(world: World) -> None:
    campaign, epoch = started(world)
    assert world.round(campaign, epoch + 100).outcome == "end"
    assert world.queue.waiting == []


def test_waits_grow_while_nothing_moves_and_shrink_to_what_is_due(world: World) -> None:
    campaign, epoch = started(world)
    with_window(world, campaign, world.clock.now() + 40_000_000, None)
    waits, idle = [], 0
    for _ in range(9):
        step = world.round(campaign, epoch, idle)
        waits.append(step.wait_seconds)
        idle = step.idle
    assert waits == sorted(waits)
    assert waits[-1] == 900
    with_window(world, campaign, world.clock.now() + 30_000, None)
    assert world.round(campaign, epoch, idle).wait_seconds <= 31


@pytest.mark.parametrize(
    ("members", "per_second", "seconds"),
    [(60_000, 500.0, 30), (1_000, 100.0, 11), (999, 10.0, 0), (60_000, 0.0, 0)],
)
def test_the_last_queued_members_are_waited_for_if_they_are_many(
    members: int, per_second: float, seconds: float
) -> None:
    assert ReleasePolicy().wait_for(members, per_second) == pytest.approx(seconds)


@pytest.mark.parametrize(("per_second", "released", "wait"), [(50.0, 1_230, 26), (5.0, 607, 10)])
def test_a_round_waits_for_the_senders_only_when_all_is_queued(
    world: World, per_second: float, released: int, wait: int
) -> None:
    world.add(*[any_member(f"n{number:04d}") for number in range(1_000)])
    campaign, epoch = started(world)
    world.quota.answer = replace(world.quota.answer, per_second=per_second)
    first = world.round(campaign, epoch)
    assert (first.released, first.wait_seconds) == (released, wait)


def test_an_empty_audience_ends_at_once_as_failed() -> None:
    world = World()
    campaign = world.approve()
    ended = world.run(campaign)
    assert (ended.status, ended.targeted, ended.went_out) == (CampaignStatus.FAILED, 0, False)
    assert ended.failure_reason == "nobody is in its audience"
