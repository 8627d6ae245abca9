"""Held members: a person decides, evidence beats the decision, and nobody is mailed twice or forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import take_charge
from ariia.domain.errors import ConflictError, NotFoundError, TransientError, UnknownOutcomeError
from ariia.domain.ledger.batch import Batch, Entry
from ariia.domain.ledger.receipt import EventKind, RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import EntryOutcome, Refused, SendCall
from ariia.services.release.held_members import Decided, Decision, HeldMembers
from tests.builders import TENANT, any_campaign, any_member
from tests.doubles.campaign_runs import MemoryExecutions
from tests.world import World

AGAIN, GIVE_UP = Decision.SEND_AGAIN, Decision.GIVE_UP


class Held:
    """A campaign that is over; the answer to one of its calls got lost, so whoever was in it is held."""

    def __init__(self, *, members: int = 30, resolve_only: bool = False) -> None:
        self.world = World(shards=2)
        self.world.add(*[any_member(f"m{number:03d}") for number in range(members)])
        self.lost: list[SendCall] = []
        accept = self.world.provider.answer

        def lose_first(call: SendCall) -> Sequence[EntryOutcome]:
            if not self.lost:
                self.lost.append(call)
                raise UnknownOutcomeError("the answer got lost")
            return accept(call)

        self.world.provider.answer = lose_first  # type: ignore[assignment]
        self.campaign = self.world.approve(any_campaign(hold_unknown=True))
        self.epoch = self.world.start(self.campaign)
        self.world.round(self.campaign, self.epoch)
        while self.world.queue.waiting:
            self.world.work_off()
        self.world.clock.advance(400)
        self.world.pipeline.note_event(self.world.clock.now())
        if resolve_only:
            self.until_held()
        else:
            self.world.loop(self.campaign, self.epoch)
        self.ids = sorted(one.member_id for one in self.lost[0].recipients)
        self.runs = MemoryExecutions()
        self.service = HeldMembers(self.world.campaigns, self.world.ledger, self.runs, self.world.clock)
        self.world.provider.calls.clear()

    def until_held(self) -> None:
        """Rounds until the members are held, the run not being over yet."""
        finish = self.world.runs.finish
        self.world.runs.finish = lambda campaign, *, went_out: campaign  # type: ignore[method-assign]
        self.world.loop(self.campaign, self.epoch)
        self.world.runs.finish = finish  # type: ignore[method-assign]

    def decide(self, decision: Decision, ids: Sequence[str] | None = None) -> Decided:
        return self.service.decide(TENANT, self.campaign.id, "ben", decision, ids or self.ids, "checked by hand")

    def goes_on(self) -> Campaign:
        """The run that was started, or is under way, to its end."""
        self.world.loop(self.campaign, self.world.fresh(self.campaign).epoch)
        return self.world.fresh(self.campaign)

    def reasons(self) -> set[str | None]:
        found = self.world.recipients(self.campaign)
        return {found[one].reason for one in self.ids}


def test_send_again_sends_to_the_held_alone_and_once() -> None:
    held = Held()
    assert held.reasons() == {"needs_decision"}
    done = held.decide(AGAIN)
    assert (done.decided, done.reached, done.not_held) == (held.ids, [], [])
    assert held.runs.started == [(TENANT, held.campaign.id, done.campaign.epoch)]
    assert held.goes_on().status is CampaignStatus.SENT
    assert sorted(held.world.provider.members) == held.ids
    assert held.world.statuses(held.campaign) == {RecipientStatus.SENT: 30}


def test_the_failed_are_not_retried_by_a_decision_about_the_held() -> None:
    held = Held()
    other = next(one for one in held.world.entries() if one not in held.ids)
    held.world.provider.answer = lambda call: [Refused("REJECTED") for _ in call.recipients]  # type: ignore[assignment]
    held.decide(AGAIN, held.ids[:1])
    held.goes_on()
    held.world.provider.calls.clear()
    held.decide(AGAIN, held.ids[1:2])
    held.goes_on()
    assert held.world.provider.members == held.ids[1:2]
    assert other not in held.world.provider.members


def test_give_up_is_final_and_a_retry_does_not_touch_it() -> None:
    held = Held()
    done = held.decide(GIVE_UP)
    assert (done.decided, held.runs.started) == (held.ids, [])
    assert held.reasons() == {"given_up"}
    held.world.run(held.campaign)
    assert held.world.provider.calls == []
    assert held.decide(AGAIN).not_held == held.ids


def test_the_history_says_who_when_and_why() -> None:
    held = Held()
    held.decide(GIVE_UP)
    move = held.world.campaigns.history(TENANT, held.campaign.id)[-1]
    assert (move.action, move.by, move.at) == ("give_up", "ben", held.world.clock.now())
    assert move.reason == f"{len(held.ids)} held members: checked by hand"
    assert move.before == move.after == "sent"


def test_evidence_before_the_decision_beats_it() -> None:
    held = Held()
    reached, *others = held.ids
    # The event waits between its receipt and the batch: the recorder died there.
    rewrite = held.world.ledger.rewrite
    held.world.ledger.rewrite = lambda *_: False  # type: ignore[method-assign]
    held.world.report(EventKind.DELIVERED, held.lost[0], reached, provider_id="late")
    held.world.ledger.rewrite = rewrite  # type: ignore[method-assign]
    done = held.decide(AGAIN)
    assert (done.reached, done.decided) == ([reached], others)
    held.goes_on()
    assert sorted(held.world.provider.members) == others


@pytest.mark.parametrize("decision", list(Decision))
def test_evidence_after_the_decision_beats_it_too(decision: Decision) -> None:
    held = Held()
    held.decide(decision)
    reached, *others = held.ids
    held.world.report(EventKind.SENT, held.lost[0], reached, provider_id="late")
    if decision is AGAIN:
        held.goes_on()
        assert sorted(held.world.provider.members) == others
    assert held.world.recipients(held.campaign)[reached].status is RecipientStatus.SENT


def test_repeating_the_request_changes_nothing_and_starts_what_a_crash_kept_from_starting() -> None:
    held = Held()
    start = held.runs.start
    held.runs.start = lambda *_: (_ for _ in ()).throw(RuntimeError("killed"))  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        held.decide(AGAIN)
    held.runs.start = start  # type: ignore[method-assign]
    done = held.decide(AGAIN)
    assert done.decided == held.ids
    assert len(held.runs.started) == 1
    held.goes_on()
    assert sorted(held.world.provider.members) == held.ids
    assert held.decide(AGAIN).not_held == held.ids
    assert len(held.runs.started) == 1


def test_the_execution_makes_the_same_move_when_the_api_died_after_starting_it() -> None:
    held = Held()
    failing = next(one for one in held.world.entries() if one not in held.ids)
    save = held.world.campaigns.save

    def dies_at_the_move(change: CampaignChange) -> bool:
        if any(move.action == "retry" for move in change.moves):
            raise RuntimeError("killed")
        return save(change)

    held.world.campaigns.save = dies_at_the_move  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        held.decide(AGAIN)
    held.world.campaigns.save = save  # type: ignore[method-assign]
    epoch = held.world.fresh(held.campaign).version
    held.world.plan(held.campaign, epoch)
    held.world.loop(held.campaign, epoch)
    assert sorted(held.world.provider.members) == held.ids
    assert failing not in held.world.provider.members


def test_a_retry_after_a_decision_that_never_started_reopens_the_failed() -> None:
    held = Held()
    fresh = held.world.fresh(held.campaign)
    fresh.only_pending = True
    move = take_charge(fresh, fresh.version, by="anna", at=1)
    assert (move.action, fresh.reopen_epoch, fresh.only_pending) == ("retry", None, False)


def test_members_of_a_campaign_that_still_sends_are_queued_again_without_another_run() -> None:
    held = Held(resolve_only=True)
    assert held.world.fresh(held.campaign).status is CampaignStatus.SENDING
    done = held.decide(AGAIN)
    assert (done.decided, held.runs.started) == (held.ids, [])
    assert held.goes_on().status is CampaignStatus.SENT
    assert sorted(held.world.provider.members) == held.ids


def test_a_round_that_looked_before_the_decision_does_not_end_the_campaign() -> None:
    held = Held(resolve_only=True)
    finish, runs = held.world.runs.finish, held.world.runs

    def decided_in_between(campaign: Campaign, *, went_out: bool) -> Campaign | None:
        runs.finish = finish  # type: ignore[method-assign]
        held.decide(AGAIN)
        return finish(campaign, went_out=went_out)

    runs.finish = decided_in_between  # type: ignore[method-assign]
    assert held.goes_on().status is CampaignStatus.SENT
    assert sorted(held.world.provider.members) == held.ids
    assert held.runs.started == []


def test_a_batch_at_which_a_sender_works_is_to_be_asked_about_again() -> None:
    held = Held()
    rewrite = held.world.ledger.rewrite
    tries = []

    def claimed(batch: Batch, seen: Sequence[Entry]) -> bool:
        tries.append(batch.key)
        return False

    held.world.ledger.rewrite = claimed  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        held.decide(GIVE_UP)
    held.world.ledger.rewrite = rewrite  # type: ignore[method-assign]
    assert tries
    assert held.decide(GIVE_UP).decided == held.ids


def test_nobody_of_a_cancelled_campaign_is_sent_to_again() -> None:
    held = Held(resolve_only=True)
    fresh = held.world.fresh(held.campaign)
    move = fresh.move(CampaignStatus.CANCELLED, action="cancel", by="ben", at=held.world.clock.now())
    assert held.world.campaigns.save(CampaignChange(fresh, moves=[move]))
    with pytest.raises(ConflictError):
        held.decide(AGAIN)
    assert held.decide(GIVE_UP).decided == held.ids


def test_strangers_are_named_and_left_alone() -> None:
    held = Held()
    sent = next(one for one in held.world.entries() if one not in held.ids)
    done = held.decide(GIVE_UP, [sent, "nobody"])
    assert (done.decided, sorted(done.not_held)) == ([], sorted([sent, "nobody"]))
    assert held.world.campaigns.history(TENANT, held.campaign.id)[-1].action == "finish"
    with pytest.raises(NotFoundError):
        held.service.decide("another", held.campaign.id, "ben", GIVE_UP, held.ids)
