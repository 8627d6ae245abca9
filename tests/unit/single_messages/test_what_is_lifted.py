"""What waits goes on within minutes when what it waited for is lifted, and says until then what that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.follow_ups import FollowUpStatus, ScheduledFollowUp
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.next_steps.waits import Wait
from ariia.domain.rules.frequency_cap import FrequencyCap, Overflow, RecentSend
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.tenant import TenantSettings
from ariia.domain.wait_cause import WaitCause
from ariia.ports.ledger.sending import SendRate
from ariia.ports.members.recent_sends import SendsChange
from ariia.services.campaigns.targets import Targets
from ariia.services.next_steps import CampaignActions
from ariia.services.recipients import Recipients
from ariia.services.statistics.figures import CampaignStatistics
from tests.builders import TENANT, any_member
from tests.unit.confirmations.confirmation_desk import MAIL, ConfirmationDesk
from tests.unit.follow_ups.follow_up_desk import FollowUpDesk
from tests.unit.sending.sending_desk import Recount
from tests.world import World

HOUR_MS = 3_600_000
# The test's clock begins at 8:00 UTC.
QUIET = {"email": QuietHours("07:00", "20:00")}
CAP = FrequencyCap(per_day=1, overflow=Overflow.DEFER, defer_hours=48)
# A look is arranged half a minute later, a round comes every five minutes; what they queue is sent soon.
SOON, ROUND = 75_000, 330_000


def world_of(size: int = 3, **settings: Any) -> World:
    world = World()
    world.add(*[any_member(f"m{number:03d}", timezone="UTC") for number in range(size)])
    world.has_settings(**settings)
    return world


class Run:
    """A campaign's execution: rounds as the state machine makes them, and senders that take what is queued at once."""

    def __init__(self, world: World) -> None:
        self.world, self.campaign, self._idle = world, world.approve(), 0
        self.epoch, self._next = world.start(self.campaign), world.clock.now()

    def live(self, minutes: float) -> None:
        """Time passes."""
        clock, until = self.world.clock, self.world.clock.now() + round(minutes * 60_000)
        while self._next <= until:
            clock.advance((self._next - clock.now()) / 1000)
            step = self.world.round(self.campaign, self.epoch, self._idle)
            while self.world.queue.waiting:
                self.world.work_off()
            self._idle, self._next = step.idle, clock.now() + step.wait_seconds * 1000
            if step.outcome == "end":
                return
        clock.advance((until - clock.now()) / 1000)


def waits_of(world: World, campaign: Campaign) -> list[Wait]:
    fresh = world.fresh(campaign)
    actions = CampaignActions(Targets(world.segments, world.campaigns), world.clock)
    totals = CampaignStatistics(Recount(world)).totals(fresh)  # type: ignore[arg-type]
    return actions.waits(fresh, totals)


def wait_of(world: World, campaign: Campaign, member_id: str) -> Wait | None:
    return Recipients(world.campaigns, world.ledger, world.clock).story(TENANT, campaign.id, member_id).recipient.waits


def had_one(world: World, *members: str, hours_ago: float = 1) -> int:
    """They got another message so many hours ago; when the cap lets them have the next one."""
    at = world.clock.now() - round(hours_ago * HOUR_MS)
    assert world.sends.swap(TENANT, {one: SendsChange((), (RecentSend("earlier", at),)) for one in members})
    return CAP.free_at((RecentSend("earlier", at),), world.clock.now())


def test_campaign_goes_on_minutes_after_its_quiet_hours_were_taken_back() -> None:
    world = world_of(quiet_hours=QUIET)
    run = Run(world)
    campaign = run.campaign
    run.live(90)
    ends = 1_800_000_000_000 + 12 * HOUR_MS
    assert wait_of(world, campaign, "m000") == Wait(WaitCause.QUIET_HOURS, ends)
    assert waits_of(world, campaign) == [Wait(WaitCause.QUIET_HOURS, ends, 3)]
    world.has_settings(quiet_hours={})
    lifted = world.clock.now()
    run.live(10)
    assert world.fresh(campaign).status is CampaignStatus.SENT
    assert (world.fresh(campaign).sent_at or 0) - lifted < ROUND


def test_campaign_says_for_what_how_many_wait() -> None:
    world = world_of(frequency_cap=CAP)
    free_at = had_one(world, "m000", "m001")
    run = Run(world)
    campaign = run.campaign
    run.live(2)
    [wait] = waits_of(world, campaign)
    hour = -(-free_at // HOUR_MS) * HOUR_MS
    assert wait == Wait(WaitCause.FREQUENCY_CAP, hour, 2), "to the hour, as everybody's day begins at another minute"
    assert wait_of(world, campaign, "m000") == Wait(WaitCause.FREQUENCY_CAP, free_at)
    assert wait_of(world, campaign, "m002") is None


@pytest.mark.parametrize("cap", [None, replace(CAP, per_day=2)], ids=["taken back", "raised"])
def test_members_put_off_by_a_cap_go_on_minutes_after_it_is(cap: FrequencyCap | None) -> None:
    world = world_of(frequency_cap=CAP)
    had_one(world, "m000", "m001")
    run = Run(world)
    campaign = run.campaign
    run.live(60)
    assert world.provider.members == ["m002"]
    world.has_settings(frequency_cap=cap)
    lifted = world.clock.now()
    run.live(10)
    assert sorted(world.provider.members) == ["m000", "m001", "m002"]
    assert (world.fresh(campaign).sent_at or 0) - lifted < ROUND


def test_campaign_goes_on_a_minute_after_the_quota_has_room() -> None:
    world = world_of()
    world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=200)
    run = Run(world)
    campaign = run.campaign
    run.live(60)
    [wait] = waits_of(world, campaign)
    assert (wait.cause, wait.count) == (WaitCause.ACCOUNT_QUOTA, 3)
    world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=0)
    lifted = world.clock.now()
    run.live(10)
    assert (world.fresh(campaign).sent_at or 0) - lifted < 60_000 + SOON


def settings_of(desk: FollowUpDesk, **settings: Any) -> None:
    tenant = desk.tenants.get(TENANT)
    assert tenant is not None
    desk.lifting.announce(TENANT)
    tenant.settings = TenantSettings(**settings)
    assert desk.tenants.save(tenant, [])


def wait_of_follow_up(desk: FollowUpDesk, made: ScheduledFollowUp) -> Wait | None:
    return desk.follow_ups.details(TENANT, made.id).waits


def test_follow_up_goes_on_a_minute_after_the_quiet_hours_were_taken_back() -> None:
    desk = FollowUpDesk(settings=TenantSettings(quiet_hours={"email": QuietHours("09:00", "20:00")}))
    made = desk.create()
    assert wait_of_follow_up(desk, made) == Wait(WaitCause.TIME, made.follow_up_at)
    desk.live(120)
    wait = wait_of_follow_up(desk, made)
    assert wait is not None
    assert (wait.cause, (wait.until or 0) % (24 * HOUR_MS) // HOUR_MS) == (WaitCause.QUIET_HOURS, 19)
    settings_of(desk)
    lifted = desk.clock.now()
    desk.live(5)
    ended = desk.stored(made)
    assert ended.status is FollowUpStatus.SENT
    assert (ended.sent_at or 0) - lifted <= SOON
    assert wait_of_follow_up(desk, ended) is None


def test_follow_up_put_off_by_a_cap_goes_on_a_minute_after_that_is_taken_back() -> None:
    desk = FollowUpDesk(settings=TenantSettings(frequency_cap=CAP))
    made = desk.create()
    desk.clock.advance(3_590)
    free_at = had_one(desk.world, "anna")
    desk.live(60)
    assert wait_of_follow_up(desk, made) == Wait(WaitCause.FREQUENCY_CAP, free_at)
    settings_of(desk)
    lifted = desk.clock.now()
    desk.live(5)
    ended = desk.stored(made)
    assert ended.status is FollowUpStatus.SENT
    assert (ended.sent_at or 0) - lifted <= SOON


def test_follow_up_goes_on_minutes_after_the_quota_has_room() -> None:
    desk = FollowUpDesk()
    desk.world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=200)
    made = desk.create()
    desk.live(120)
    assert wait_of_follow_up(desk, made) == Wait(WaitCause.ACCOUNT_QUOTA)
    desk.world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=0)
    lifted = desk.clock.now()
    desk.live(7)
    assert (desk.stored(made).sent_at or 0) - lifted <= 300_000 + SOON


def test_follow_up_is_looked_after_although_time_passes_while_it_is_brought_on() -> None:
    desk = FollowUpDesk()
    made, now = desk.create(), desk.clock.now

    def ticking() -> int:
        desk.clock.advance(0.007)
        return now()

    desk.clock.now = ticking  # type: ignore[method-assign]
    desk.live(90)
    assert desk.stored(made).status is FollowUpStatus.SENT
    assert desk.used() == (1, 0)


def test_question_goes_on_a_minute_after_the_quiet_hours_were_taken_back() -> None:
    desk = ConfirmationDesk()
    desk.choose(double_opt_in=True, quiet_hours={"email": QuietHours("07:00", "20:00")})
    desk.sign_up()
    desk.live(60)
    assert desk.asked == []
    desk.lifting.announce(TENANT)
    desk.choose(double_opt_in=True)
    desk.live(1.5)
    assert desk.asked == [MAIL]


def test_question_goes_on_a_minute_after_the_sender_is_verified() -> None:
    desk = ConfirmationDesk()
    desk.domains.domains.clear()
    desk.sign_up()
    desk.live(60)
    assert desk.asked == []
    desk.lifting.announce(TENANT)
    desk.domains.domains.add((TENANT, "studio.example"))
    desk.live(1.5)
    assert desk.asked == [MAIL]
