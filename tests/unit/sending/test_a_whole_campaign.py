"""A campaign from approval to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ariia.domain.address import address_hash
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.errors import (
    InvalidError,
    PermanentSendError,
    SenderStoppedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from ariia.domain.ledger.receipt import EventKind, RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Suppression
from ariia.domain.pause_cause import PauseCause
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import Accepted, EntryOutcome, Refused, SendCall
from tests.builders import TENANT, any_campaign, any_content, any_member
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.add(*[any_member(f"m{number:03d}") for number in range(230)])
    return world


def test_everybody_is_sent_exactly_once(world: World) -> None:
    campaign = world.approve()
    ended = world.run(campaign)
    assert ended.status is CampaignStatus.SENT
    assert ended.targeted == 230
    assert sorted(world.provider.members) == sorted(f"m{number:03d}" for number in range(230))
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_call_never_has_more_entries_than_the_rate_allows() -> None:
    world = World(rate=14)
    world.add(*[any_member(f"m{number:03d}") for number in range(100)])
    world.run(world.approve())
    assert max(len(call.recipients) for call in world.provider.calls) <= 14
    assert len(world.provider.members) == 100


def test_members_without_consent_address_or_with_suppression_are_excluded_with_the_reason() -> None:
    world = World()
    world.add(
        any_member("good"),
        any_member("silent", consent={}),
        any_member("nowhere", email=None),
        any_member("umlaut", email="jürgen@example.com"),
        any_member("bounced"),
    )
    one = address_hash(Channel.EMAIL, "bounced@example.com")
    world.members.suppress(TENANT, Channel.EMAIL, one, Suppression("hard_bounce", 1))
    campaign = world.approve()
    world.run(campaign)
    reasons = {one.member_id: one.reason for one in world.recipients(campaign).values()}
    assert reasons == {
        "good": None,
        "silent": "no_consent",
        "nowhere": "no_address",
        "umlaut": "no_address",
        "bounced": "suppressed",
    }
    assert world.provider.members == ["good"]


def test_an_address_that_two_members_share_is_sent_once() -> None:
    world = World()
    world.add(any_member("anna", email="home@example.com"))
    world.add(any_member("ben", email="Home@example.com"))
    campaign = world.approve()
    world.run(campaign)
    assert len(world.provider.members) == 1
    assert world.statuses(campaign) == {RecipientStatus.SENT: 1, RecipientStatus.EXCLUDED: 1}


def test_sharing_an_address_is_no_obstacle_where_the_campaign_says_so() -> None:
    world = World()
    world.add(any_member("anna", email="home@example.com"))
    world.add(any_member("ben", email="home@example.com"))
    world.run(world.approve(any_campaign(one_per_address=False)))
    assert sorted(world.provider.members) == ["anna", "ben"]


def test_a_member_who_withdraws_after_planning_is_not_sent(world: World) -> None:
    campaign = world.approve()
    epoch = world.start(campaign)
    member = world.members.get(TENANT, "m007")
    assert member is not None
    assert world.members.save([replace(member, consent={})]) == []
    world.loop(campaign, epoch)
    assert world.recipients(campaign)["m007"].reason == "no_consent"
    assert "m007" not in world.provider.members


def pause(world: World, campaign: Campaign) -> None:
    fresh = world.fresh(campaign)
    fresh.paused_at = world.clock.now()
    assert world.campaigns.save(CampaignChange(fresh))


def test_nothing_is_sent_while_paused_and_everything_after_resuming(world: World) -> None:
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    pause(world, campaign)
    while world.queue.waiting:
        world.work_off()
    assert world.provider.calls == []
    assert world.round(campaign, epoch).outcome == "end"
    assert world.fresh(campaign).status is CampaignStatus.SENDING
    assert world.statuses(campaign) == {RecipientStatus.PENDING: 230}
    world.run(campaign)
    assert len(world.provider.members) == 230
    assert world.fresh(campaign).status is CampaignStatus.SENT


def test_cancelled_members_read_as_excluded_and_are_never_sent(world: World) -> None:
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    world.work_off(at_most=2)
    sent = len(world.provider.members)
    fresh = world.fresh(campaign)
    move = fresh.move(CampaignStatus.CANCELLED, action="cancel", by="anna", at=world.clock.now())
    assert world.campaigns.save(CampaignChange(fresh, moves=[move]))
    world.loop(campaign, epoch)
    assert len(world.provider.members) == sent
    assert world.statuses(campaign) == {RecipientStatus.SENT: sent, RecipientStatus.EXCLUDED: 230 - sent}


def test_a_refused_entry_fails_alone(world: World) -> None:
    def answer(call: SendCall) -> list[EntryOutcome]:
        return [Refused("REJECTED") if one.member_id == "m003" else Accepted("x") for one in call.recipients]

    world.provider.answer = answer
    campaign = world.approve()
    world.run(campaign)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 229, RecipientStatus.FAILED: 1}
    assert world.recipients(campaign)["m003"].error_message == "REJECTED"


def test_a_call_that_is_refused_whole_is_halved_until_the_guilty_entry_stands_alone(world: World) -> None:
    def answer(call: SendCall) -> list[EntryOutcome]:
        if any(one.member_id == "m003" for one in call.recipients):
            raise PermanentSendError("bad entry")
        return [Accepted("x") for _ in call.recipients]

    world.provider.answer = answer
    campaign = world.approve()
    world.run(campaign)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 229, RecipientStatus.FAILED: 1}


def test_throttling_costs_nobody_the_message(world: World) -> None:
    answers = iter([ThrottledError("slow down")] * 3)

    def answer(call: SendCall) -> list[EntryOutcome]:
        for error in answers:
            raise error
        return [Accepted("x") for _ in call.recipients]

    world.provider.answer = answer
    campaign = world.approve()
    world.run(campaign)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_suspended_account_pauses_the_campaign_and_fails_nobody(world: World) -> None:
    def answer(call: SendCall) -> list[EntryOutcome]:
        raise SenderStoppedError("account suspended")

    world.provider.answer = answer
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    report = world.work_off()
    assert report.paused == [(PauseCause.ACCOUNT, "account suspended")]
    assert world.fresh(campaign).pause_cause == "account"
    assert world.fresh(campaign).pause_reason == "account suspended"
    assert world.statuses(campaign) == {RecipientStatus.PENDING: 230}
    world.provider.answer = world.provider._accept
    world.run(campaign)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def lose_first_answer(world: World, *, accepted: bool) -> list[SendCall]:
    """The first call's answer is lost; `accepted` = the provider had taken it all the same."""
    lost: list[SendCall] = []

    def answer(call: SendCall) -> list[EntryOutcome]:
        if not lost:
            lost.append(call)
            raise UnknownOutcomeError("timeout")
        return [Accepted("x") for _ in call.recipients]

    world.provider.answer = answer
    return lost


def test_an_unknown_outcome_with_send_events_counts_as_sent_and_is_not_repeated(world: World) -> None:
    lost = lose_first_answer(world, accepted=True)
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    while world.queue.waiting:
        world.work_off()
    for one in lost[0].recipients:
        world.report(EventKind.SENT, lost[0], one.member_id, provider_id=f"proof-{one.member_id}")
    world.loop(campaign, epoch)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}
    assert len(world.provider.members) == 230
    assert world.recipients(campaign)[lost[0].recipients[0].member_id].provider_id.startswith("proof-")


def test_an_unknown_outcome_without_evidence_is_repeated_only_while_events_provably_arrive(world: World) -> None:
    lost = lose_first_answer(world, accepted=False)
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    while world.queue.waiting:
        world.work_off()
    held = {one.member_id for one in lost[0].recipients}
    for _ in range(30):
        step = world.round(campaign, epoch)
        world.clock.advance(step.wait_seconds)
        assert not world.queue.waiting
    assert world.pipeline.probes, "silence must be broken by a probe"
    assert {one for one, entry in world.recipients(campaign).items() if entry.status == "pending"} == held
    world.pipeline.note_event(world.clock.now())
    world.loop(campaign, epoch)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}
    assert len(world.provider.members) == 230 + len(held)


def test_a_backlog_of_events_holds_the_unknown(world: World) -> None:
    lose_first_answer(world, accepted=False)
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    while world.queue.waiting:
        world.work_off()
    world.pipeline.waiting = 1
    for _ in range(40):
        world.pipeline.note_event(world.clock.now())
        step = world.round(campaign, epoch)
        world.clock.advance(step.wait_seconds)
    assert world.statuses(campaign)[RecipientStatus.PENDING] > 0
    assert not world.queue.waiting


def test_a_tenant_may_have_the_unknown_held_for_a_person(world: World) -> None:
    lost = lose_first_answer(world, accepted=False)
    campaign = world.approve(any_campaign(hold_unknown=True))
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    while world.queue.waiting:
        world.work_off()
    world.clock.advance(400)
    world.pipeline.note_event(world.clock.now())
    world.loop(campaign, epoch)
    held = [one for one in world.recipients(campaign).values() if one.reason == "needs_decision"]
    assert len(held) == len(lost[0].recipients)
    assert len(world.provider.members) == 230


def test_retry_sends_the_failed_and_nobody_else(world: World) -> None:
    def answer(call: SendCall) -> list[EntryOutcome]:
        return [Refused("REJECTED") if one.member_id < "m010" else Accepted("x") for one in call.recipients]

    world.provider.answer = answer
    campaign = world.approve()
    world.run(campaign)
    call = next(call for call in world.provider.calls if any(one.member_id == "m100" for one in call.recipients))
    world.report(None, call, "m100", reason="Rendering Failure")
    assert world.statuses(campaign) == {RecipientStatus.SENT: 219, RecipientStatus.FAILED: 11}
    world.provider.calls.clear()
    world.provider.answer = world.provider._accept
    world.run(campaign)
    assert sorted(world.provider.members) == [*(f"m{number:03d}" for number in range(10)), "m100"]
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230}


def test_a_hard_bounce_suppresses_the_address_at_once(world: World) -> None:
    campaign = world.approve()
    world.run(campaign)
    call = next(call for call in world.provider.calls if any(one.member_id == "m100" for one in call.recipients))
    world.report(EventKind.BOUNCED, call, "m100", address="m100@example.com", reason="Permanent")
    member = world.members.get(TENANT, "m100")
    assert member is not None
    assert member.suppression["email"].reason == "hard_bounce"
    assert world.recipients(campaign)["m100"].status is RecipientStatus.BOUNCED


def test_the_run_is_begun_by_the_execution_when_the_starter_died(world: World) -> None:
    campaign = world.approve()
    world.plan(campaign, campaign.version)
    assert world.fresh(campaign).status is CampaignStatus.SENDING
    assert world.fresh(campaign).targeted == 230


def test_a_run_that_was_overtaken_by_an_edit_does_nothing(world: World) -> None:
    campaign = world.approve()
    epoch = campaign.version
    edited = world.fresh(campaign)
    edited.move(CampaignStatus.DRAFT, action="edit", by="anna", at=world.clock.now())
    assert world.campaigns.save(CampaignChange(edited))
    assert world.planner.plan(campaign.tenant_id, campaign.id, epoch, world.clock.now() + 1_000).outcome == "stop"


def test_a_parked_campaign_waits_for_the_daily_quota(world: World) -> None:
    world.quota.answer = replace(world.quota.answer, daily_quota=100, sent_last_day=100)
    campaign = world.approve()
    epoch = world.start(campaign)
    assert world.round(campaign, epoch).outcome == "wait"
    assert not world.queue.waiting
    world.quota.answer = replace(world.quota.answer, sent_last_day=0, daily_quota=500)
    world.clock.advance(120)
    world.loop(campaign, epoch)
    assert len(world.provider.members) == 230


def test_content_that_takes_too_long_pauses_the_campaign_and_fails_nobody(world: World) -> None:
    @contextmanager
    def no_time() -> Iterator[None]:
        raise InvalidError("rendering this batch takes too much time")
        yield

    world.composer._time_limit = no_time
    campaign = world.approve()
    epoch = world.start(campaign)
    world.round(campaign, epoch)
    world.work_off()
    assert "takes too much time" in (world.fresh(campaign).pause_reason or "")
    assert world.statuses(campaign) == {RecipientStatus.PENDING: 230}


def test_a_member_whose_message_cannot_be_rendered_fails_alone(world: World) -> None:
    html = "<p>{{ member.attributes.level }}</p>"
    members = [replace(any_member(f"m{number:03d}"), attributes={"level": 1}, version=1) for number in range(5, 230)]
    assert world.members.save(members) == []
    campaign = world.approve(content=any_content(html=html))
    world.run(campaign)
    assert world.statuses(campaign) == {RecipientStatus.SENT: 225, RecipientStatus.FAILED: 5}
    assert "level" in (world.recipients(campaign)["m000"].error_message or "")


def test_a_batch_that_a_busy_machine_could_not_render_comes_again_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose, failures = world.composer.compose, iter([True, True])

    def busy(*given: object) -> object:
        if next(failures, False):
            raise TransientError("this batch could not be rendered in time")
        return compose(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(world.composer, "compose", busy)
    before, campaign = world.clock.now(), world.approve()
    assert world.run(campaign).status is CampaignStatus.SENT
    assert sorted(world.provider.members) == sorted(f"m{number:03d}" for number in range(230))
    assert world.clock.now() - before < 120_000, "nobody waits until a lease is over"


def test_a_member_whose_message_takes_too_much_fails_alone(world: World) -> None:
    world.add(any_member("evil", attributes={"evil": 1}))
    bomb = "{% if member.attributes.evil %}{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"
    content = replace(any_content(), html=f"{any_content().html}{bomb}{{% endif %}}")
    campaign = world.approve(content=content)
    assert world.run(campaign).status is CampaignStatus.SENT
    assert world.statuses(campaign) == {RecipientStatus.SENT: 230, RecipientStatus.FAILED: 1}
    [failed] = [one for one in world.recipients(campaign).values() if one.status is RecipientStatus.FAILED]
    assert (failed.member_id, "more work than one message may need" in (failed.error_message or "")) == ("evil", True)
