"""SES events as they arrive, SES -> SNS -> SQS, at the handler over a world in memory."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ariia.bootstrap.record_events import RecordEventsServices
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, PlanCursor
from ariia.domain.ledger.receipt import Receipt
from ariia.ports.ledger.ledger import Partition, PlanPage
from ariia.services.receipts.event_notes import EventNotes
from ariia.services.receipts.isolated import IsolatingRecorder
from functions.record_events import handler as module
from tests.builders import TENANT
from tests.world import World

from .context import LambdaContext

TOPIC = "arn:aws:sns:eu-central-1:123456789012:ariia-email-events"
CASES = Path(__file__).parents[1] / "cases"
EVENTS: Mapping[str, dict[str, Any]] = json.loads((Path(__file__).parents[1] / "events/ses_events.json").read_text())
PARTITION = Partition(TENANT, "spring", 2)
BATCH = BatchKey(TENANT, "spring", 2, "anna", "l0", 0)


class DeadMessages:
    """What was put aside: body, reason and message id."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, str]] = []
        self.fault: Exception | None = None

    def put(self, body: str, reason: str, message_id: str) -> None:
        """See SqsDeadMessages."""
        if self.fault is not None:
            raise self.fault
        self.kept.append((body, reason, message_id))

    @property
    def ids(self) -> list[str]:
        """Of the messages."""
        return [one for _, _, one in self.kept]


def services_of(world: World, aside: DeadMessages) -> RecordEventsServices:
    """The handler's services over the world."""
    notes, recorder = EventNotes(world.pipeline, world.clock), IsolatingRecorder(world.recorder, world.clock)
    return RecordEventsServices(notes, recorder, TOPIC, aside, world.clock)  # type: ignore[arg-type]


def event(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded event with parts replaced; `mail__tags=None` changes `mail.tags`."""
    made = copy.deepcopy(EVENTS[name])
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = made
        for parent in parents:
            place = place[parent]
        place[last] = value
    return made


def message(text: object, message_id: str = "id", *, topic: str = TOPIC, receives: int = 1) -> dict[str, Any]:
    """A message of the queue that holds `text`, or another value as JSON, as SNS hands it over."""
    said = text if isinstance(text, str) else json.dumps(text)
    return {
        "messageId": message_id,
        "body": json.dumps({"Type": "Notification", "TopicArn": topic, "Message": said}),
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1800000000000"},
    }


def handled(*messages: dict[str, Any], remaining_ms: int = 60_000) -> list[str]:
    """Lets the handler work; the ids of the messages that come again."""
    result = module.handler({"Records": list(messages)}, LambdaContext(remaining_ms))  # type: ignore[arg-type]
    return [one["itemIdentifier"] for one in result["batchItemFailures"]]


def record(*names: str) -> list[str]:
    """Hands over recorded events by name; the ids of those that come again, `<place>-<name>`."""
    return handled(*(message(EVENTS[name], f"{place}-{name}") for place, name in enumerate(names)))


def receipt(world: World, member_id: str = "anna") -> Receipt | None:
    """What is known of the member's message."""
    return world.ledger.receipts_between(PARTITION, member_id, member_id).get((member_id, "l0"))


def plan(world: World, *entries: Entry) -> None:
    """Stores the batch that the events are about."""
    assert world.ledger.commit_page(PlanPage(PARTITION, PlanCursor(version=1), [Batch(BATCH, list(entries))]))
