"""Provider events: CPU, writes and coalescing of what SES reports about a campaign, and a burst of 100,000."""

from __future__ import annotations

import json
import random
from typing import Any

from functions.record_events import handler as record_events

from .engine import RunningCampaign
from .measuring import RUNS, LambdaContext, middle, quiet, spending
from .message import TENANT
from .stub.members import SHARDS
from .stub.tables import PREFIX
from .stub_process import TOPIC_ARN, StubClient

PER_SHARD = 250
EVENTS_PER_INVOCATION = 500
BURST = 100_000
# What becomes of a message: every one is sent, 98 of 100 are delivered, 35 opened by a person, 5 clicked.
SHARES = {"Send": 1.0, "Delivery": 0.98, "Bounce": 0.02, "Open": 0.35, "Click": 0.05}
EVENTS_PER_MESSAGE = sum(SHARES.values())
_DETAIL: dict[str, dict[str, Any]] = {
    "Delivery": {"delivery": {"timestamp": "2026-11-22T10:00:04.000Z", "smtpResponse": "250 2.0.0 OK"}},
    "Bounce": {
        "bounce": {
            "timestamp": "2026-11-22T10:00:04.000Z",
            "bounceType": "Transient",
            "bounceSubType": "MailboxFull",
            "bouncedRecipients": [{"emailAddress": "full@mail.example", "diagnosticCode": "452 4.2.2 full"}],
        }
    },
    "Open": {"open": {"timestamp": "2026-11-22T10:20:04.000Z", "userAgent": "Mozilla/5.0", "ipAddress": "192.0.2.1"}},
    "Click": {
        "click": {"timestamp": "2026-11-22T10:21:04.000Z", "link": "https://studio.example/spring", "linkTags": None}
    },
    "Send": {"send": {}},
}


def measure(stub: StubClient) -> dict[str, Any]:
    """Figures over the events of whole campaigns, in the order in which they come."""
    cpu, writes, receipts, reads, calls, walls, total = [], 0.0, 0.0, 0.0, 0, [], 0
    for run in range(RUNS + 1):
        records = _sent_campaign(stub, f"events{run}")
        stub.recount()
        with quiet(), spending() as spent:
            _record(records)
        counts = stub.counts()
        if run:
            cpu.append(spent.cpu / len(records))
            walls.append(spent.wall / len(records))
            writes += sum(counts.write_units.values())
            receipts += counts.write_units.get(f"{PREFIX}-ledger", 0)
            reads += sum(counts.read_units.values())
            calls += sum(counts.calls.values())
            total += len(records)
    return {
        "cpu_ms_per_event": round(1000 * middle(cpu), 4),
        "writes_per_event": round(writes / total, 3),
        "ledger_writes_per_event": round(receipts / total, 3),
        "read_units_per_event": round(reads / total, 3),
        "aws_calls_per_event": round(calls / total, 3),
        "events_per_message": EVENTS_PER_MESSAGE,
        "burst_of_100000_cpu_seconds": round(BURST * middle(cpu), 1),
        "burst_of_100000_seconds_one_process": round(BURST * middle(walls), 1),
    }


def _sent_campaign(stub: StubClient, name: str) -> list[dict[str, Any]]:
    """The SQS records of every event of a campaign that was just sent."""
    stub.reset(members_per_shard=PER_SHARD)
    running = RunningCampaign(stub, name)
    with quiet():
        running.start()
        running.plan()
    running.run(5_000)
    events = [event for shard in range(SHARDS) for event in _events_of_shard(stub, name, shard)]
    # Sends and deliveries come together, within seconds; opens and clicks later, each on its own.
    events.sort(key=lambda event: (event["eventType"] in ("Open", "Click"), random.Random(event["place"]).random()))
    return [_sqs_record(event, number) for number, event in enumerate(events)]


def _events_of_shard(stub: StubClient, name: str, shard: int) -> list[dict[str, Any]]:
    events = []
    for item in stub.items("ledger", f"{TENANT}#{name}#{shard}"):
        if "entries_json" not in item:
            continue
        _, page, lane, number = item["row"]["S"].split("#")
        tag = f"{shard}-{lane}-{int(number)}-{page}"
        for place, entry in enumerate(json.loads(item["entries_json"]["S"])):
            events += _events_of(name, tag, entry, place)
    return events


def _events_of(name: str, tag: str, entry: list[Any], place: int) -> list[dict[str, Any]]:
    chance = random.Random(entry[0])
    kinds = ["Send", "Bounce" if chance.random() < SHARES["Bounce"] else "Delivery"]
    kinds += [kind for kind in ("Open", "Click") if chance.random() < SHARES[kind]]
    tags = {"tenant": TENANT, "campaign": name, "batch": tag, "attempt": "1", "member": entry[0]}
    mail = {
        "timestamp": "2026-11-22T10:00:00.000Z",
        "messageId": entry[2],
        "source": "Studio Nord <news@studio.example>",
        "sendingAccountId": "123456789012",
        "destination": [f"{entry[0]}@mail.example"],
        "tags": {key: [value] for key, value in tags.items()} | {"ses:configuration-set": ["ariia-tracked"]},
        "headers": [{"name": "Subject", "value": "Anna, spring begins"}, {"name": "MIME-Version", "value": "1.0"}],
    }
    # Members of one batch were sent by one call, so their events come close together.
    return [{"eventType": kind, "mail": mail, "place": f"{tag}{place // 5}", **_DETAIL[kind]} for kind in kinds]


def _sqs_record(event: dict[str, Any], number: int) -> dict[str, Any]:
    message = {name: value for name, value in event.items() if name != "place"}
    body = {"Type": "Notification", "TopicArn": TOPIC_ARN, "MessageId": str(number), "Message": json.dumps(message)}
    body |= {"Timestamp": "2026-11-22T10:00:00.000Z"}
    attributes = {"SentTimestamp": "1795341600000", "ApproximateReceiveCount": "1"}
    return {"messageId": str(number), "body": json.dumps(body), "attributes": attributes, "eventSource": "aws:sqs"}


def _record(records: list[dict[str, Any]]) -> None:
    context: Any = LambdaContext()
    for start in range(0, len(records), EVENTS_PER_INVOCATION):
        answer = record_events.handler({"Records": records[start : start + EVENTS_PER_INVOCATION]}, context)
        assert answer == {"batchItemFailures": []}, answer
