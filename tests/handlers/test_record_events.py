"""SES events as they arrive: SES -> SNS -> SQS."""

from __future__ import annotations

import pytest

from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.receipt import EventKind
from functions.record_events import handler as module
from functions.record_events.ses_events import parse
from tests.builders import TENANT, any_member
from tests.world import World

from .recorded_events import BATCH, EVENTS, DeadMessages, plan, receipt, record, services_of


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world, aside = World(), DeadMessages()
    world.add(any_member("anna"))
    monkeypatch.setattr(module, "services", lambda: services_of(world, aside))
    return world


@pytest.fixture
def sent(world: World) -> World:
    """The provider took the message, and we know it."""
    plan(world, Entry("anna", EntryState.ACCEPTED, "ses-1", 1, 5))
    return world


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("delivery", EventKind.DELIVERED),
        ("hard_bounce", EventKind.BOUNCED),
        ("soft_bounce", EventKind.SOFT_BOUNCED),
        ("complaint", EventKind.COMPLAINED),
        ("open", EventKind.OPENED),
        ("machine_open", EventKind.MACHINE_OPENED),
        ("click", EventKind.CLICKED),
        ("delivery_delay", EventKind.DELAYED),
    ],
)
def test_each_kind_of_event_sets_its_own_instant(sent: World, name: str, kind: EventKind) -> None:
    assert record(name) == []
    found = receipt(sent)
    assert found is not None
    assert found.times == {str(kind): parse(EVENTS[name], sent.clock.now()).at}
    assert found.accepted_attempts == [1]


@pytest.mark.parametrize("name", ["reject", "rendering_failure"])
def test_a_refusal_is_kept_for_its_attempt_and_proves_no_acceptance(sent: World, name: str) -> None:
    record(name)
    found = receipt(sent)
    assert found is not None
    assert list(found.refused_attempts) == ["1"]
    assert found.accepted_attempts == []


def test_a_send_event_is_evidence_while_its_batch_waits(world: World) -> None:
    plan(world, Entry("anna"))
    record("send")
    found = receipt(world)
    assert found is not None
    assert found.accepted_attempts == [1]


def test_a_send_event_of_a_settled_batch_costs_no_write(world: World) -> None:
    plan(world, Entry("anna", EntryState.ACCEPTED, "ses-1", 1, 5))
    record("send")
    assert receipt(world) is None


def test_events_of_one_recipient_are_written_together(sent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    merge = sent.ledger.merge_receipts
    monkeypatch.setattr(sent.ledger, "merge_receipts", lambda facts: written.append(len(facts)) or merge(facts))
    record("delivery", "open", "click", "open")
    assert written == [1]
    found = receipt(sent)
    assert found is not None
    assert set(found.times) == {"delivered_at", "opened_at", "clicked_at"}
    assert list(found.links) == ["https://studio.example/offer"]


@pytest.mark.parametrize(("name", "reason"), [("hard_bounce", "hard_bounce"), ("complaint", "complaint")])
def test_a_hard_bounce_or_complaint_suppresses_the_address(sent: World, name: str, reason: str) -> None:
    record(name)
    member = sent.members.get(TENANT, "anna")
    assert member is not None
    assert member.suppression["email"].reason == reason


@pytest.mark.parametrize("name", ["soft_bounce", "not_spam", "delivery"])
def test_other_events_suppress_nobody(sent: World, name: str) -> None:
    record(name)
    member = sent.members.get(TENANT, "anna")
    assert member is not None
    assert member.suppression == {}


def test_a_probe_proves_the_pipeline_alive_and_writes_nothing(world: World) -> None:
    record("probe_delivery")
    assert receipt(world) is None
    assert world.pipeline.state().latest_event_at > 0


def test_a_repeated_event_changes_nothing(sent: World) -> None:
    record("delivery", "click")
    before = receipt(sent)
    record("click", "delivery", "click")
    assert receipt(sent) == before


def test_a_refusal_after_acceptance_fails_the_member(world: World) -> None:
    plan(world, Entry("anna", EntryState.ACCEPTED, "ses-1", 1, 5))
    record("rendering_failure")
    assert world.entries()["anna"].state is EntryState.FAILED


def test_late_evidence_releases_a_held_member(world: World) -> None:
    plan(world, Entry("anna", EntryState.EXCLUDED, "needs_decision"))
    record("delivery")
    assert world.entries()["anna"].state is EntryState.ACCEPTED


def test_a_refusal_waits_for_the_outcome_it_is_about(world: World) -> None:
    plan(world, Entry("anna"))
    world.ledger.claim(BATCH, "token", 50, world.clock.now() + 60_000)
    assert record("reject") == ["0-reject"]
    world.clock.advance(61)
    assert record("reject") == []


def test_evidence_for_a_claimed_batch_is_left_to_its_resolver(world: World) -> None:
    plan(world, Entry("anna"))
    world.ledger.claim(BATCH, "token", 50, world.clock.now() + 60_000)
    assert record("delivery") == []
    assert world.entries()["anna"].state is EntryState.PENDING
