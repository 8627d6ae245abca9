"""The sender of a channel, as its queue calls it."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.bootstrap.send_batch import SendBatchServices
from ariia.domain.errors import ThrottledError
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.observability import AttemptFailedError
from ariia.ports.ledger.sending import EntryOutcome, SendCall
from functions.send_batch import handler as module
from tests.builders import any_member
from tests.handlers.context import LambdaContext
from tests.world import World

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:ariia-email"


class Returns:
    def __init__(self) -> None:
        self.handles: list[str] = []

    def later(self, queue_arn: str, receipt_handles: list[str], seconds: int) -> None:
        assert (queue_arn, seconds) == (QUEUE, 10)
        self.handles += receipt_handles


@pytest.fixture
def world() -> World:
    world = World()
    world.add(*[any_member(f"m{number}") for number in range(20)])
    campaign = world.approve()
    world.round(campaign, world.start(campaign))
    return world


@pytest.fixture
def returns(world: World, monkeypatch: pytest.MonkeyPatch) -> Returns:
    returns = Returns()
    services = SendBatchServices(world.sender, returns, world.clock)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "services", lambda: services)
    return returns


def message(body: str, place: int) -> dict[str, Any]:
    return {
        "messageId": f"id-{place}",
        "receiptHandle": f"handle-{place}",
        "body": body,
        "eventSourceARN": QUEUE,
        "attributes": {"SentTimestamp": "1799999999000", "MessageGroupId": "studio"},
    }


def invoke(bodies: list[str], remaining_ms: int = 60_000) -> list[str]:
    event = {"Records": [message(body, place) for place, body in enumerate(bodies)]}
    answer = module.handler(event, LambdaContext(remaining_ms))  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def bodies(world: World) -> list[str]:
    return [queued.to_text() for queued in world.queue.waiting]


def test_every_batch_is_sent_and_its_message_deleted(world: World, returns: Returns) -> None:
    assert invoke(bodies(world)) == []
    assert len(world.provider.members) == 20


def test_a_doubled_message_sends_nothing_twice(world: World, returns: Returns) -> None:
    assert invoke(bodies(world) * 2) == []
    assert invoke(bodies(world)) == []
    assert len(world.provider.members) == 20


def test_what_the_provider_throttles_comes_again_soon(world: World, returns: Returns) -> None:
    def answer(call: SendCall) -> list[EntryOutcome]:
        raise ThrottledError("slow down")

    world.provider.answer = answer
    waiting = bodies(world)
    assert len(invoke(waiting)) == len(waiting)
    assert len(returns.handles) == len(waiting)


def test_no_call_begins_without_time_for_its_answer(world: World, returns: Returns) -> None:
    waiting = bodies(world)
    assert len(invoke(waiting, remaining_ms=10_000)) == len(waiting)
    assert world.provider.calls == []


def test_an_unreadable_message_is_kept_for_the_dead_letter_queue(world: World, returns: Returns) -> None:
    assert invoke([bodies(world)[0], '{"hello": 1}', "garbage"]) == ["id-1", "id-2"]
    assert world.provider.calls


@pytest.mark.parametrize("odd", ["7", "null", "[]", '"x"', '{"tenant": 1, "campaign": 2, "batch": 3, "size": 4}'])
def test_a_message_that_is_no_object_keeps_no_other_from_being_sent(world: World, returns: Returns, odd: str) -> None:
    waiting = bodies(world)
    assert invoke([odd, *waiting]) == ["id-0"]
    assert len(world.provider.members) == 20


def failing_at(world: World, name: str, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger or the reader raises about what the text `bad` is in."""
    target: Any = {"claim": world.ledger, "dispatch": world.sender._reader}[name]
    real = getattr(target, name)

    def call(*about: Any) -> Any:
        if bad in str(about):
            raise AttributeError(f"of {bad}")
        return real(*about)

    monkeypatch.setattr(target, name, call)


@pytest.mark.parametrize(("name", "about"), [("claim", "row"), ("dispatch", "campaign")])
def test_whatever_a_batch_raises_comes_again_alone(
    world: World, returns: Returns, monkeypatch: pytest.MonkeyPatch, name: str, about: str
) -> None:
    other = world.queue.waiting[0].to_text().replace('"spring"', '"autumn"')
    waiting = [*bodies(world), other]
    bad = {"row": f"{world.queue.waiting[0].key.shard}, page='", "campaign": "autumn"}[about]
    failing_at(world, name, bad, monkeypatch)
    again = invoke(waiting)
    assert len(again) == 1
    assert len(world.provider.members) == 20 - (world.queue.waiting[0].size if about == "row" else 0)
    assert returns.handles == []


def test_an_invocation_that_came_to_nothing_but_faults_is_an_error(
    world: World, returns: Returns, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(world, "claim", "spring", monkeypatch)
    with pytest.raises(AttemptFailedError, match="none of the batches"):
        invoke(bodies(world))


def test_the_body_holds_ids_only(world: World) -> None:
    queued = world.queue.waiting[0]
    assert QueuedBatch.from_text(queued.to_text()) == queued
    assert "@" not in queued.to_text()
