"""Messages that are no events, events that can't be read, and events that recording fails at: each is its own trouble
alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.provider_event import ProviderEvent
from functions.record_events import handler as module
from tests.builders import TENANT, any_member
from tests.world import World

from .recorded_events import CASES, DeadMessages, event, handled, message, plan, receipt, services_of

LATER = "2027-01-15T08:05:06Z"  # the world's clock shows 08:00
NOTICES = ("sns-topic-validation.txt", "sns-identity-notice.json")
FOREIGN = [
    *((CASES / name).read_text() for name in NOTICES),
    "123", "null", '"Bounce"', "[]", "", "{", '{"hello": "world"}', '{"eventType": "Bounce"}', '{"mail": {}}',
]  # fmt: skip
UNREADABLE: dict[str, dict[str, Any]] = {
    "no kind": event("delivery", eventType=7),
    "mail is a text": event("delivery", mail="x"),
    "tags are a list": event("delivery", mail__tags=["tenant"]),
    "a tag is a text": event("delivery", mail__tags__tenant="studio"),
    "a tag's value is a number": event("delivery", mail__tags__attempt=[1]),
    "an attempt is no number": event("delivery", mail__tags__attempt=["one"]),
    "an attempt is endless": event("delivery", mail__tags__attempt=["9" * 5_000]),
    "a batch is no batch": event("delivery", mail__tags__batch=["x"]),
    "an instant is a number": event("delivery", delivery__timestamp=1_799_999_205),
    "an instant is a word": event("delivery", delivery__timestamp="yesterday"),
    "an instant has no zone": event("delivery", delivery__timestamp="2027-01-15T08:00:00"),
    "an instant of the year 9999": event("delivery", delivery__timestamp="9999-12-31T23:59:59Z"),
    "an instant in six minutes": event("delivery", delivery__timestamp=LATER),
    "no instant": event("send", mail__timestamp=None),
    "a bounce is a list": event("hard_bounce", bounce=[]),
    "a bounce without a kind": event("hard_bounce", bounce__bounceType=None),
    "a bounce of nobody": event("hard_bounce", mail__destination=None),
    "a bounce of no address": event("hard_bounce", mail__destination=["undisclosed"]),
    "a complaint of two": event("complaint", mail__destination=["anna@example.com", "ben@example.com"]),
}
ODD_BUT_READABLE: dict[str, dict[str, Any]] = {
    "recipients are texts": event("hard_bounce", bounce__bouncedRecipients=["x"]),
    "no recipients": event("hard_bounce", bounce__bouncedRecipients=None),
    "a code is an object": event("hard_bounce", bounce__bouncedRecipients=[{"diagnosticCode": {}}]),
    "a code is no Unicode": event("hard_bounce", bounce__bouncedRecipients=[{"diagnosticCode": "\ud800"}]),
    "an id is a number": event("hard_bounce", mail__messageId=5),
}


@pytest.fixture
def aside() -> DeadMessages:
    return DeadMessages()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, aside: DeadMessages) -> World:
    """Anna and Ben are in the batch that the events are about."""
    world = World()
    world.add(any_member("anna", email="anna@example.com"), any_member("ben", email="ben@example.com"))
    plan(world, Entry("anna", EntryState.ACCEPTED, "ses-1", 1, 5), Entry("ben", EntryState.ACCEPTED, "ses-2", 1, 5))
    monkeypatch.setattr(module, "services", lambda: services_of(world, aside))
    return world


def of(member_id: str, name: str = "delivery", **changes: Any) -> dict[str, Any]:
    return event(name, mail__tags__member=[member_id], mail__destination=[f"{member_id}@example.com"], **changes)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return str([vars(one) for one in caplog.records])


def suppression(world: World, member_id: str) -> str | None:
    member = world.members.get(TENANT, member_id)
    assert member is not None
    found = member.suppression.get("email")
    return found.reason if found else None


@pytest.mark.parametrize("text", FOREIGN)
def test_a_message_that_is_no_event_is_dropped(world: World, aside: DeadMessages, text: str) -> None:
    assert handled(message(text, "odd"), message(of("anna"), "good")) == []
    assert aside.kept == []
    assert receipt(world) is not None
    assert world.pipeline.state().latest_event_at > 0


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "7", json.dumps({"TopicArn": "arn:aws:sns:x:1:evil"})])
def test_a_message_of_another_topic_is_dropped(world: World, aside: DeadMessages, body: str) -> None:
    evil = message(of("anna", "hard_bounce"), "evil", topic="arn:aws:sns:eu-central-1:666666666666:evil")
    odd = message("", "odd") | {"body": body}
    assert handled(evil, odd) == []
    assert aside.kept == []
    assert (receipt(world), suppression(world, "anna")) == (None, None)


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_event_that_cant_be_read_is_put_aside_at_once_and_alone(
    world: World, aside: DeadMessages, name: str
) -> None:
    odd = message(UNREADABLE[name], "odd")
    assert handled(message(of("anna"), "one"), odd, message(of("ben", "complaint"), "two")) == []
    assert [(body, message_id) for body, _, message_id in aside.kept] == [(odd["body"], "odd")]
    assert receipt(world) is not None
    assert suppression(world, "ben") == "complaint"


@pytest.mark.parametrize(
    "text", ['{"eventType": "Open", "mail": {}, "open": ' + "[" * 200_000 + "]" * 200_000 + "}", "9" * 5_000]
)
def test_json_beyond_any_reader_is_put_aside_as_it_may_be_an_event(
    world: World, aside: DeadMessages, text: str
) -> None:
    assert handled(message(text, "odd"), message(of("anna"), "good")) == []
    assert aside.ids == ["odd"]
    assert receipt(world) is not None


def test_what_is_put_aside_says_why_and_nothing_of_the_event(world: World, aside: DeadMessages) -> None:
    handled(message(event("delivery", delivery__timestamp="9999-12-31T23:59:59Z")))
    [(_, reason, _)] = aside.kept
    assert reason == "timestamp lies before 1970 or in the future"


def test_an_instant_of_the_future_is_no_sign_of_life(world: World) -> None:
    handled(message(event("probe_delivery", delivery__timestamp="9999-12-31T23:59:59Z")))
    assert world.pipeline.state().latest_event_at == 0


def test_an_event_that_the_dead_letters_did_not_take_comes_again(world: World, aside: DeadMessages) -> None:
    aside.fault = ConnectionError()
    assert handled(message(UNREADABLE["no kind"], "odd"), message(of("anna"), "good")) == ["odd"]
    assert receipt(world) is not None


def test_null_is_no_tags(world: World, aside: DeadMessages) -> None:
    assert handled(message(event("probe_delivery", mail__tags=None))) == []
    assert aside.kept == []
    assert world.pipeline.state().latest_event_at > 0


@pytest.mark.parametrize("name", ODD_BUT_READABLE)
def test_remarks_that_cant_be_read_keep_no_bounce_from_suppressing(
    world: World, aside: DeadMessages, name: str
) -> None:
    assert handled(message(ODD_BUT_READABLE[name])) == []
    assert aside.kept == []
    assert suppression(world, "anna") == "hard_bounce"


@pytest.mark.parametrize(
    "reported",
    ["S One <anna@example.com>", "<anna@example.com>", "ANNA@EXAMPLE.COM", "ben@example.com", "rfc822;x", "", None, 7],
)
@pytest.mark.parametrize(("name", "key"), [("hard_bounce", "bounce"), ("complaint", "complaint")])
def test_the_address_that_was_mailed_is_suppressed_whatever_is_reported(
    world: World, name: str, key: str, reported: object
) -> None:
    recipients = {"bounce": "bouncedRecipients", "complaint": "complainedRecipients"}[key]
    assert handled(message(event(name, **{f"{key}__{recipients}": [{"emailAddress": reported}]}))) == []
    assert suppression(world, "anna") == name
    assert suppression(world, "ben") is None


@pytest.mark.parametrize(
    ("reported", "is_logged"), [("ben@example.com", True), ("Anna <anna@example.com>", False), ("", False)]
)
def test_another_address_in_a_report_is_logged_without_it(
    world: World, caplog: pytest.LogCaptureFixture, reported: str, is_logged: bool
) -> None:
    handled(message(event("hard_bounce", bounce__bouncedRecipients=[{"emailAddress": reported}])))
    written = logged(caplog)
    assert ("reported elsewhere" in written) is is_logged
    assert "@example.com" not in written


@pytest.mark.parametrize("name", ["delivery", "hard_bounce", "complaint", "click", "reject"])
def test_an_event_of_a_batch_that_there_is_not_writes_nothing(world: World, name: str) -> None:
    strange = {"mail__tags__batch": ["2-l0-7-anna"]}
    assert handled(message(event(name, **strange)), message(event(name, mail__tags__tenant=["ghost"]))) == []
    assert receipt(world) is None
    assert suppression(world, "anna") is None
    assert list(world.ledger.receipts) == []


def test_an_event_suppresses_nobody_who_was_not_in_its_batch(world: World) -> None:
    world.add(any_member("cleo", email="cleo@example.com"))
    assert handled(message(of("cleo", "hard_bounce")), message(of("ben", "hard_bounce"))) == []
    assert (suppression(world, "cleo"), suppression(world, "ben")) == (None, "hard_bounce")
    assert receipt(world, "cleo") is None


def failing_at(world: World, monkeypatch: pytest.MonkeyPatch, bad: str, fault: Exception) -> list[int]:
    """Recording raises whenever `bad` is among the events; the sizes of the parts that were tried."""
    sizes: list[int] = []
    real = world.recorder.record

    def record(events: list[ProviderEvent | None], latest_at: int) -> Any:
        sizes.append(len(events))
        if any(one is not None and one.member_id == bad for one in events):
            raise fault
        return real(events, latest_at)

    monkeypatch.setattr(world.recorder, "record", record)
    return sizes


def many(bad_receives: int) -> list[dict[str, Any]]:
    """64 messages, of which the 40th is about Ben."""
    made = [message(of("anna"), f"m{number}") for number in range(64)]
    made[40] = message(of("ben"), "bad", receives=bad_receives)
    return made


def test_an_event_that_recording_fails_at_comes_again_alone(
    world: World, aside: DeadMessages, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = failing_at(world, monkeypatch, "ben", AttributeError("of ben@example.com"))
    assert handled(*many(bad_receives=4)) == ["bad"]
    assert aside.kept == []
    assert receipt(world) is not None
    assert len(sizes) == 13
    assert world.pipeline.state().latest_event_at == 0


def test_an_event_that_recording_failed_at_five_times_is_put_aside(
    world: World, aside: DeadMessages, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing_at(world, monkeypatch, "ben", AttributeError("of ben@example.com"))
    assert handled(*many(bad_receives=5)) == []
    assert [(reason, message_id) for _, reason, message_id in aside.kept] == [("AttributeError", "bad")]
    assert "event put aside" in logged(caplog)
    assert "ben@example.com" not in logged(caplog)


def test_a_passing_fault_brings_everything_again_and_puts_nothing_aside(
    world: World, aside: DeadMessages, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = failing_at(world, monkeypatch, "ben", TransientError("throttled"))
    assert len(handled(*many(bad_receives=9))) == 64
    assert (sizes, aside.kept) == ([64], [])


def test_what_there_is_no_time_for_comes_again(world: World, aside: DeadMessages) -> None:
    assert handled(message(of("anna"), "late", receives=9), message("123", "odd"), remaining_ms=1_000) == ["late"]
    assert (aside.kept, receipt(world)) == ([], None)


def test_messages_handled_twice_change_nothing_more(world: World, aside: DeadMessages) -> None:
    """As after a crash between any two lines: the queue gives back all that was not answered for."""
    messages = [message(of("ben", "hard_bounce"), "one"), message("123", "odd"), message(UNREADABLE["no kind"], "two")]
    for _ in range(2):
        assert handled(*messages) == []
    assert aside.ids == ["two", "two"]
    assert suppression(world, "ben") == "hard_bounce"
