"""Sending, pausing, resuming, cancelling, retrying: against crashes and races too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.campaigns.run import take_charge
from ariia.domain.channel import Channel
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, PlanCursor, ReleaseCursor
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.wave import Lane, Wave
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition, PlanPage
from tests.doubles.campaigns import MemoryCampaigns
from tests.unit.campaigns.campaign_desk import Desk

S = CampaignStatus


@pytest.fixture
def desk() -> Desk:
    return Desk()


class Racing(MemoryCampaigns):
    """Somebody else writes first, once, before the next save."""

    rival: CampaignChange | None = None

    def save(self, change: CampaignChange) -> bool:
        rival, self.rival = self.rival, None
        if rival is not None:
            assert super().save(rival)
        return super().save(change)


def finished(desk: Desk, campaign: Campaign, status: CampaignStatus) -> Campaign:
    move = campaign.move(status, action="finish", by="system", at=1)
    campaign.lanes, campaign.waves, campaign.shards = [Lane("l0", "w0", Channel.EMAIL)], [Wave("w0")], 2
    # Five are meant; what became of them is not counted yet.
    campaign.planned_at, campaign.targeted, campaign.batch_size = 1, 5, 50
    assert desk.store.save(CampaignChange(campaign, moves=[move]))
    return campaign


def test_run_is_started_under_the_version_that_was_read_before_it_is_written_down(desk: Desk) -> None:
    approved = desk.approved()
    sending = desk.campaign_sending.send("gym", approved.id, "ben")
    assert (sending.status, sending.epoch) == (S.SENDING, approved.version)
    assert desk.runs.started == [("gym", approved.id, approved.version)]
    assert desk.stored(sending) == sending
    assert desk.campaigns.history("gym", approved.id)[-1].by == "ben"


def test_send_whose_run_wrote_it_down_first_succeeds() -> None:
    store = Racing()
    desk = Desk(store=store)
    approved = desk.approved()
    taken = desk.stored(approved)
    move = take_charge(taken, approved.version, by="system", at=1)
    store.rival = CampaignChange(taken, moves=[move])
    sending = desk.campaign_sending.send("gym", approved.id, "ben")
    assert (sending.status, sending.epoch) == (S.SENDING, approved.version)


def test_send_that_an_edit_overtakes_is_refused_and_its_run_finds_nothing_to_do() -> None:
    store = Racing()
    desk = Desk(store=store)
    approved = desk.approved()
    edited = desk.stored(approved)
    edited.move(S.DRAFT, action="edit", by="anna", at=1)
    store.rival = CampaignChange(edited)
    with pytest.raises(ConflictError):
        desk.campaign_sending.send("gym", approved.id, "ben")
    assert desk.stored(approved).status is S.DRAFT
    assert desk.stored(approved).version != desk.runs.started[0][2]


@pytest.mark.parametrize("status", [S.DRAFT, S.PENDING_REVIEW, S.SENDING, S.CANCELLED])
def test_only_an_approved_campaign_is_sent(desk: Desk, status: CampaignStatus) -> None:
    made = {S.DRAFT: lambda: desk.draft().campaign, S.PENDING_REVIEW: desk.submitted, S.SENDING: desk.sending}
    campaign = (
        made[status]() if status in made else desk.campaign_stopping.cancel("gym", desk.approved().id, "b").campaign
    )
    started = list(desk.runs.started)
    with pytest.raises(ConflictError) as error:
        desk.campaign_sending.send("gym", campaign.id, "ben")
    assert error.value.about == campaign
    assert desk.runs.started == started


def test_approval_for_something_else_does_not_send(desk: Desk) -> None:
    campaign = desk.approved()
    campaign.review = replace(campaign.review, submitted_hash="f" * 64)
    assert desk.store.save(CampaignChange(campaign))
    with pytest.raises(ConflictError, match="approval"):
        desk.campaign_sending.send("gym", campaign.id, "ben")


def test_sender_that_lost_its_verification_does_not_send(desk: Desk) -> None:
    campaign = desk.approved()
    desk.senders.domains.clear()
    with pytest.raises(FindingsError, match="sender"):
        desk.campaign_sending.send("gym", campaign.id, "ben")
    assert desk.runs.started == []


def test_stale_version_is_refused_by_every_action(desk: Desk) -> None:
    campaign = desk.sending()
    sending = desk.campaign_sending
    for act in (sending.send, sending.resume, sending.retry):
        with pytest.raises(ConflictError, match="version"):
            act("gym", campaign.id, "ben", 1)
    for stop in (desk.campaign_stopping.pause, desk.campaign_stopping.cancel):
        with pytest.raises(ConflictError, match="version"):
            stop("gym", campaign.id, "ben", None, 1)


def test_pause_holds_at_once_and_pausing_again_changes_nothing(desk: Desk) -> None:
    campaign = desk.sending()
    paused = desk.campaign_stopping.pause("gym", campaign.id, "ben", "typo").campaign
    assert (paused.is_sendable, paused.pause_reason) == (False, "typo")
    again = desk.campaign_stopping.pause("gym", campaign.id, "eve", "other").campaign
    assert again == paused
    assert [move.action for move in desk.campaigns.history("gym", campaign.id)][-1] == "pause"


def test_pause_wins_over_a_run_that_writes_at_the_same_time() -> None:
    store = Racing()
    desk = Desk(store=store)
    campaign = desk.sending()
    running = desk.stored(campaign)
    running.targeted = 5
    store.rival = CampaignChange(running)
    paused = desk.campaign_stopping.pause("gym", campaign.id, "ben").campaign
    assert (paused.targeted, paused.is_sendable) == (5, False)


def test_resume_gives_the_campaign_to_a_new_run(desk: Desk) -> None:
    campaign = desk.sending()
    with pytest.raises(ConflictError, match="not paused"):
        desk.campaign_sending.resume("gym", campaign.id, "ben")
    paused = desk.campaign_stopping.pause("gym", campaign.id, "ben").campaign
    resumed = desk.campaign_sending.resume("gym", campaign.id, "ben")
    assert resumed.is_sendable
    assert resumed.epoch == paused.version
    assert desk.runs.started[-1] == ("gym", campaign.id, paused.version)


@pytest.mark.parametrize("status", [S.FAILED, S.SENT])
def test_retry_sends_again_under_a_new_run_that_reopens(desk: Desk, status: CampaignStatus) -> None:
    campaign = finished(desk, desk.sending(), status)
    retried = desk.campaign_sending.retry("gym", campaign.id, "ben")
    assert (retried.status, retried.reopen_epoch) == (S.SENDING, retried.epoch)
    assert desk.runs.started[-1] == ("gym", campaign.id, retried.epoch)


def test_what_is_still_sending_is_not_retried(desk: Desk) -> None:
    with pytest.raises(ConflictError):
        desk.campaign_sending.retry("gym", desk.sending().id, "ben")


@pytest.mark.parametrize("make", ["draft", "submitted", "approved"])
def test_campaign_that_never_ran_is_cancelled_without_a_run(desk: Desk, make: str) -> None:
    made = getattr(desk, make)()
    campaign = made.campaign if make == "draft" else made
    stopped = desk.campaign_stopping.cancel("gym", campaign.id, "ben", "no need")
    assert stopped.campaign.status is S.CANCELLED
    assert stopped.in_flight.batches == 0
    assert desk.runs.started == []
    move = desk.campaigns.history("gym", campaign.id)[-1]
    assert (move.action, move.reason) == ("cancel", "no need")


def test_cancel_while_sending_names_what_is_in_flight_and_has_it_settled(desk: Desk) -> None:
    campaign = planned(desk)
    stopped = desk.campaign_stopping.cancel("gym", campaign.id, "ben")
    assert (stopped.in_flight.batches, stopped.in_flight.messages) == (1, 2)
    assert stopped.campaign.status is S.CANCELLED
    assert stopped.campaign.epoch == desk.runs.started[-1][2]
    assert [move.action for move in desk.campaigns.history("gym", campaign.id)][-2:] == ["cancel", "settle"]


def test_cancelling_again_answers_the_same(desk: Desk) -> None:
    campaign = desk.campaign_stopping.cancel("gym", desk.approved().id, "ben").campaign
    assert desk.campaign_stopping.cancel("gym", campaign.id, "ben").campaign == campaign


def test_what_is_sent_can_not_be_cancelled(desk: Desk) -> None:
    campaign = finished(desk, desk.sending(), S.SENT)
    with pytest.raises(ConflictError) as error:
        desk.campaign_stopping.cancel("gym", campaign.id, "ben")
    assert error.value.about == campaign


def planned(desk: Desk) -> Campaign:
    """A sending campaign with three released batches of two, one of them claimed."""
    campaign = desk.sending()
    campaign.lanes, campaign.waves, campaign.shards = [Lane("l0", "w0", Channel.EMAIL)], [Wave("w0")], 2
    # Five are meant; what became of them is not counted yet.
    campaign.planned_at, campaign.targeted, campaign.batch_size = 1, 5, 50
    assert desk.store.save(CampaignChange(campaign))
    partition = Partition("gym", campaign.id, 1)
    keys = [BatchKey("gym", campaign.id, 1, "m1", "l0", number) for number in range(3)]
    batches = [Batch(key, [Entry(f"a{key.number}"), Entry(f"b{key.number}")]) for key in keys]
    assert desk.ledger.commit_page(PlanPage(partition, PlanCursor("m9", version=1), batches))
    assert desk.ledger.save_release_cursor(partition, "l0", ReleaseCursor(released=keys[-1].row, version=1))
    assert desk.ledger.claim(keys[1], "token", 50, 10)
    return campaign
