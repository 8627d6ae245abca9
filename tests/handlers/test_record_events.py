"""SES events as they arrive: SES -> SNS -> SQS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ariia.bootstrap.record_events import RecordEventsServices
from ariia.domain.batch import Batch, BatchKey, Entry, EntryState, PlanCursor
from ariia.domain.receipt import EventKind, Receipt
from ariia.ports.ledger import Page, Partition
from ariia.services.event_notes import EventNotes
from functions.record_events import handler as module
from functions.record_events.ses_events import parse
from tests.builders import TENANT, any_member
from tests.handlers.context import LambdaContext
from tests.world import World

TOPIC = "arn:aws:sns:eu-central-1:123456789012:ariia-email-events"
EVENTS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parents[1] / "events/ses_events.json").read_text())
PARTITION = Partition(TENANT, "spring", 2)
STAMP = 1_799_999_205_250  # 2027-01-15T08:00:05.250Z is what most events carry
BATCH = BatchKey(TENANT, "spring", 2, "anna", "l0", 0)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    world.add(any_member("anna"))
    monkeypatch.setattr(
        module, "services", lambda: RecordEventsServices(EventNotes(world.pipeline, world.clock), world.recorder, TOPIC)
    )
    return world


def record(*names: str, topic: str = TOPIC) -> dict[str, Any]:
    records = [
        {
            "messageId": f"id-{place}-{name}",
            "attributes": {"SentTimestamp": str(STAMP + place)},
            "body": json.dumps({"Type": "Notification", "TopicArn": topic, "Message": json.dumps(EVENTS[name])}),
        }
        for place, name in enumerate(names)
    ]
    result: dict[str, Any] = module.handler({"Records": records}, LambdaContext())  # type: ignore[arg-type]
    return result


def receipt(world: World) -> Receipt | None:
    return world.ledger.receipts_between(PARTITION, "anna", "anna").get(("anna", "l0"))


def plan(world: World, entry: Entry) -> None:
    page = Page(PARTITION, PlanCursor(version=1), [Batch(BATCH, [entry])])
    assert world.ledger.commit_page(page)


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
def test_each_kind_of_event_sets_its_own_instant(world: World, name: str, kind: EventKind) -> None:
    assert record(name) == {"batchItemFailures": []}
    found = receipt(world)
    assert found is not None
    event = parse(EVENTS[name])
    assert event is not None
    assert found.times == {str(kind): event.at}
    assert found.accepted_attempts == [1]


@pytest.mark.parametrize("name", ["reject", "rendering_failure"])
def test_a_refusal_is_kept_for_its_attempt_and_proves_no_acceptance(world: World, name: str) -> None:
    record(name)
    found = receipt(world)
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


def test_events_of_one_recipient_are_written_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    merge = world.ledger.merge_receipts
    monkeypatch.setattr(world.ledger, "merge_receipts", lambda facts: written.append(len(facts)) or merge(facts))
    record("delivery", "open", "click", "open")
    assert written == [1]
    found = receipt(world)
    assert found is not None
    assert set(found.times) == {"delivered_at", "opened_at", "clicked_at"}
    assert list(found.links) == ["https://studio.example/offer"]


@pytest.mark.parametrize(("name", "reason"), [("hard_bounce", "hard_bounce"), ("complaint", "complaint")])
def test_a_hard_bounce_or_complaint_suppresses_the_address(world: World, name: str, reason: str) -> None:
    record(name)
    member = world.members.get(TENANT, "anna")
    assert member is not None
    assert member.suppression["email"].reason == reason


@pytest.mark.parametrize("name", ["soft_bounce", "not_spam", "delivery"])
def test_other_events_suppress_nobody(world: World, name: str) -> None:
    record(name)
    member = world.members.get(TENANT, "anna")
    assert member is not None
    assert member.suppression == {}


def test_a_probe_proves_the_pipeline_alive_and_writes_nothing(world: World) -> None:
    record("probe_delivery")
    assert receipt(world) is None
    assert world.pipeline.state().latest_event_at > 0


def test_an_unreadable_message_fails_alone(world: World) -> None:
    EVENTS["broken"] = {"hello": "world"}
    try:
        result = record("delivery", "broken")
    finally:
        del EVENTS["broken"]
    assert result == {"batchItemFailures": [{"itemIdentifier": "id-1-broken"}]}
    assert receipt(world) is not None


def test_a_message_from_another_topic_is_not_believed(world: World) -> None:
    result = record("hard_bounce", topic="arn:aws:sns:eu-central-1:666666666666:evil")
    assert len(result["batchItemFailures"]) == 1
    assert receipt(world) is None


def test_a_repeated_event_changes_nothing(world: World) -> None:
    record("delivery", "click")
    before = receipt(world)
    record("click", "delivery", "click")
    assert receipt(world) == before


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
    assert record("reject") == {"batchItemFailures": [{"itemIdentifier": "id-0-reject"}]}
    world.clock.advance(61)
    assert record("reject") == {"batchItemFailures": []}


def test_evidence_for_a_claimed_batch_is_left_to_its_resolver(world: World) -> None:
    plan(world, Entry("anna"))
    world.ledger.claim(BATCH, "token", 50, world.clock.now() + 60_000)
    assert record("delivery") == {"batchItemFailures": []}
    assert world.entries()["anna"].state is EntryState.PENDING
