"""A campaign that bounces or annoys pauses itself, once per cause; an account that may not send parks or pauses all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import take_charge
from ariia.domain.ledger.batch import BATCH_PREFIX, EntryState, ReleaseCursor
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition
from ariia.ports.ledger.sending import Accepted, EntryOutcome, Returned, SendCall, SendRate
from ariia.ports.statistics import Fold
from ariia.services.release.rounds import Round
from tests.builders import TENANT, any_campaign, any_member
from tests.world import World

MEMBERS = 600
DAY_MS = 86_400_000


class Post:
    """A campaign to 600 that has begun, with counters that the test moves."""

    def __init__(self, rate: float = 2.0) -> None:
        self.world, self.folds = World(rate=rate), 0
        self.world.add(*[any_member(f"m{number:04d}") for number in range(MEMBERS)])
        self.campaign = self.world.approve()
        self.epoch = self.world.start(self.campaign)
        # Nothing bounces before something was queued.
        queued = ReleaseCursor(announced=BATCH_PREFIX, version=1)
        assert self.world.ledger.save_release_cursor(Partition(TENANT, self.campaign.id, 0), "l0", queued)

    def counts(self, **facts: int) -> None:
        self.folds += 1
        changes = {("lane:w0-email", name): amount for name, amount in facts.items()}
        fold = Fold("s1", f"{self.folds:04d}", {self.campaign.key: changes})
        assert self.world.statistics.apply(fold, f"{self.folds - 1:04d}" if self.folds > 1 else "")

    def round(self) -> Round:
        return self.world.round(self.campaign, self.epoch)

    def fresh(self) -> Campaign:
        return self.world.fresh(self.campaign)

    def resume(self) -> None:
        fresh = self.fresh()
        self.epoch = fresh.version
        move = take_charge(fresh, self.epoch, by="anna", at=self.world.clock.now(), reason="list was cleaned")
        assert self.world.campaigns.save(CampaignChange(fresh, moves=[move]))


def test_campaign_pauses_itself_at_five_percent_hard_bounces_with_the_reason_and_releases_nothing_more() -> None:
    post = Post()
    post.counts(accepted=200, hard_bounced=10)
    stopped = post.round()
    fresh = post.fresh()
    assert (fresh.status, fresh.pause_cause) == (CampaignStatus.SENDING, "reputation")
    assert fresh.paused_at is not None
    assert fresh.pause_reason == stopped.paused.reason
    assert fresh.pause_reason == "10 hard bounces of 200 messages sent (5.00%); the limit is 5.00%"
    assert (stopped.paused.cause, stopped.released, post.world.queue.waiting) == ("reputation", 0, [])
    assert post.world.campaigns.history(TENANT, fresh.id)[-1].reason == fresh.pause_reason
    assert post.round().outcome == "end"


@pytest.mark.parametrize(
    "facts", [{"accepted": 199, "hard_bounced": 100}, {"accepted": 400, "hard_bounced": 19}, {"accepted": 400}]
)
def test_campaign_within_limits_goes_on(facts: dict[str, int]) -> None:
    post = Post()
    post.counts(**facts)
    assert post.round().paused is None
    assert post.fresh().is_sendable


def test_counters_are_not_read_before_anything_was_queued() -> None:
    world = World()
    world.add(*[any_member(f"m{number:04d}") for number in range(MEMBERS)])
    campaign = world.approve()
    epoch, read, asked = world.start(campaign), world.statistics.read, []
    world.statistics.read = lambda *about: asked.append(about) or read(*about)  # type: ignore[func-returns-value, method-assign]
    assert world.round(campaign, epoch).released
    assert asked == []
    world.round(campaign, epoch)
    assert len(asked) == 1


def test_one_complaint_of_200_pauses_and_a_stricter_tenant_pauses_earlier() -> None:
    post = Post()
    post.counts(accepted=200, complained=1)
    assert post.round().paused.cause == "reputation"
    strict = Post()
    tenant = strict.world.tenants.get(TENANT)
    assert tenant is not None
    tenant.settings = replace(tenant.settings, pause_at_bounce_rate=0.01)
    assert strict.world.tenants.save(tenant)
    strict.counts(accepted=300, hard_bounced=3)
    assert strict.round().paused.cause == "reputation"


def test_after_a_resume_only_what_comes_then_counts() -> None:
    post = Post()
    post.counts(accepted=200, hard_bounced=20)
    post.round()
    # Late bounces of what was sent before the pause.
    post.counts(hard_bounced=5)
    post.resume()
    assert post.round().paused is None
    post.counts(accepted=190, hard_bounced=15)
    assert post.round().paused is None, "too few to judge"
    post.counts(accepted=10)
    assert post.round().paused.cause == "reputation"
    pauses = [move for move in post.world.campaigns.history(TENANT, "spring") if move.action == "pause"]
    assert len(pauses) == 2


def test_pausing_and_resuming_by_hand_does_not_start_the_count_anew() -> None:
    post = Post()
    post.counts(accepted=150, hard_bounced=8)
    post.round()
    fresh = post.fresh()
    fresh.paused_at = post.world.clock.now()
    assert post.world.campaigns.save(CampaignChange(fresh))
    post.resume()
    post.counts(accepted=50, hard_bounced=2)
    assert post.round().paused.cause == "reputation"


def test_small_audience_is_never_judged() -> None:
    world = World()
    world.add(*[any_member(f"m{number}") for number in range(199)])
    campaign = world.approve()
    epoch = world.start(campaign)
    world.statistics.apply(
        Fold("s1", "1", {campaign.key: {("lane:l", "accepted"): 900, ("lane:l", "complained"): 900}}), ""
    )
    assert world.round(campaign, epoch).paused is None


def test_suspended_account_pauses_the_campaign_and_one_under_review_does_not() -> None:
    post = Post()
    post.world.quota.answer = replace(post.world.quota.answer, enforcement="PROBATION")
    assert post.round().paused is None
    post.world.clock.advance(61)
    post.world.quota.answer = replace(post.world.quota.answer, enforcement="SHUTDOWN", sending_enabled=False)
    assert post.round().paused.cause == "account"
    fresh = post.fresh()
    assert (fresh.pause_cause, fresh.reputation) == ("account", None)
    assert "suspended" in (fresh.pause_reason or "")


def test_campaign_resumed_after_the_account_came_back_is_not_paused_by_an_answer_from_before() -> None:
    post = Post()
    sound = post.world.quota.answer
    post.world.quota.answer = replace(sound, enforcement="SHUTDOWN", sending_enabled=False)
    assert post.round().paused.cause == "account"
    post.world.quota.answer = sound
    post.world.clock.advance(5)
    post.resume()
    assert post.round().paused is None


class QuotaAccount:
    """An account that takes 1,000 messages in any 24 hours; 600 of them left an hour ago."""

    def __init__(self, world: World) -> None:
        self.world, self.times = world, [world.clock.now() - 3_600_000] * 600
        world.quota, world.provider.answer = self, self.answer  # type: ignore[assignment]

    def used(self) -> int:
        return sum(at > self.world.clock.now() - DAY_MS for at in self.times)

    def current(self) -> SendRate:
        return SendRate(per_second=100.0, daily_quota=1_000, sent_last_day=self.used())

    def answer(self, call: SendCall) -> list[EntryOutcome]:
        taken = min(len(call.recipients), 1_000 - self.used())
        self.times += [self.world.clock.now()] * taken
        returned: list[EntryOutcome] = [Returned("ACCOUNT_DAILY_QUOTA_EXCEEDED", is_quota=True)] * (
            len(call.recipients) - taken
        )
        return [Accepted(f"id-{len(self.times)}-{place}") for place in range(taken)] + returned


def test_campaign_over_the_quota_is_parked_with_reason_and_time_and_goes_on_by_itself() -> None:
    post = Post(rate=100.0)
    world, account = post.world, QuotaAccount(post.world)
    world.releaser._budget._quota = account
    began, idle, parked = world.clock.now(), 0, []
    for _ in range(2_000):
        step = world.round(post.campaign, post.epoch, idle)
        idle = step.idle
        if step.outcome == "end":
            break
        for _ in range(len(world.queue.waiting)):
            world.work_off(1)
        fresh = post.fresh()
        if fresh.parked_at is not None:
            parked.append(fresh)
        assert fresh.parked_at is None or step.wait_seconds <= 60, "nobody tells us when there is room"
        world.clock.advance(step.wait_seconds)
    assert "quota" in (parked[0].parked_reason or "")
    assert parked[0].parked_until == (parked[0].parked_at or 0) + DAY_MS
    fresh = post.fresh()
    assert (fresh.status, fresh.parked_at) == (CampaignStatus.SENT, None)
    assert {entry.state for entry in world.entries().values()} == {EntryState.ACCEPTED}, "nobody fails"
    # 600 became free after 23 hours, and at the next look it went on.
    assert began + 23 * 3_600_000 <= world.clock.now() < began + 24 * 3_600_000


def test_small_tenant_gets_its_share_of_what_frees_up() -> None:
    post = Post(rate=1_000.0)
    world = post.world
    for number in range(20):
        world.add(replace(any_member(f"s{number}"), tenant_id="small"))
    world.tenants.create(Tenant("small", "Small"))
    small = any_campaign(id="small", tenant_id="small")
    world.approve(small)
    small_epoch = world.start(small)
    world.quota.answer = SendRate(per_second=1_000.0, daily_quota=10_000, sent_last_day=10_000)
    assert post.round().released == 0
    assert world.round(small, small_epoch).released == 0
    # The large one looks first each time, with some quota freed up.
    world.clock.advance(900)
    world.quota.answer = SendRate(per_second=1_000.0, daily_quota=10_000, sent_last_day=9_900)
    large = post.round().released
    assert 0 < large <= 100
    assert world.round(small, small_epoch).released == 20
