"""The three ways through the product that most data takes, step by step."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ariia.domain.instants import iso
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.ledger.ledger import Partition
from ariia.ports.ledger.sending import SendCall
from ariia.ports.statistics import LedgerChange
from ariia.services.statistics.counting import StreamCounter
from functions.api.events import routes as events
from functions.api.follow_ups import routes as follow_ups
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import Operation, RouteTable
from functions.api.imports import routes as imports
from functions.record_events.messages import read
from tests.builders import TENANT, any_member
from tests.handlers.recorded_events import EVENTS
from tests.unit.campaigns.campaign_clients import SETTINGS, Api
from tests.unit.campaigns.campaign_desk import HTML
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk
from tests.unit.gate.http import Client, claims
from tests.unit.imports.test_imports import World as ImportWorld
from tests.world import World

from .recorder import Recorder, Step

_GYM, _TOPIC = "gym", "arn:topic"
_CSV = "id,email,first_name\nm1,anna@example.com,Anna\nm2,ben@example.com,Ben\n"


def campaign() -> list[Step]:
    """A broadcast to three members: drafted, reviewed, sent, opened by one who clicks, and counted."""
    record, world = Recorder(), World()
    world.tenants.create(Tenant(_GYM, "Gym Nord", Plan.ENTERPRISE, default_sender="Gym <news@gym.de>"))
    world.add(*[replace(any_member(one), tenant_id=_GYM) for one in ("anna", "ben", "carla")])
    api = Api(store=world.campaigns)
    editor, approver = api.as_role("editor"), api.as_role("approver", subject="ben")
    with record.step("POST /v1/campaigns"):
        made = editor.post("/v1/campaigns", {"name": "Spring", "content_subject": "Hi", "content_html": HTML})
    path = f"/v1/campaigns/{made.body['id']}"
    with record.step("POST …/submit"):
        submitted = editor.post(f"{path}/submit").body["submitted_hash"]
    with record.step("POST …/approve"):
        approver.post(f"{path}/approve", {"submitted_hash": submitted})
    with record.step("POST …/send"):
        sent = approver.post(f"{path}/send")
    assert sent.status == 200, sent.body
    epoch = api.desk.runs.started[-1][2]
    _run(record, world, made.body["id"], epoch)
    with record.step("record_events (a click)"):
        report = world.recorder.record([read(_click(world.provider.calls[-1]), _TOPIC, world.clock.now()).event], 0)
    assert report.recorded == 1
    with record.step("aggregate_stats"):
        StreamCounter(api.desk.counters).count("shard-0", list(_changes(world)))
    with record.step("GET …/stats"):
        figures = api.as_role("viewer").get(f"{path}/stats").body
    assert (figures["sent"], figures["clicked"]) == (3, 1), figures
    return record.steps


def member_import() -> list[Step]:
    """A file of two lines."""
    record, world = Recorder(), ImportWorld()
    client = _client(imports.routes.operations, world)
    with record.step("POST /v1/imports"):
        made = client.post("/v1/imports", {"format": "csv"}).body
    key = world.imports.get(TENANT, made["id"]).job.key
    world.uploads.put(key, _CSV.encode())
    cutting, ranges = world.cutting, world.ranges
    with record.step("import_members (cut)"):
        cutting.run(key)
    with record.step("import_members (range)"):
        ranges.run(world.queue.tasks.pop(0), stop_at=world.clock.now() + 60_000)
    with record.step("GET /v1/imports/{id}"):
        job = client.get(f"/v1/imports/{made['id']}").body
    assert (job["state"], job["created"]) == ("done", 2), job
    return record.steps


def follow_up() -> list[Step]:
    """To a member, in an hour."""
    record, desk = Recorder(), FollowUpDesk()
    client = _client([*follow_ups.routes.operations, *events.routes.operations], desk, role="agent")
    body = desk.fields()
    body |= {"follow_up_at": iso(body["follow_up_at"])}
    with record.step("POST /v1/follow-ups"):
        made = client.post("/v1/follow-ups", body)
    assert made.status == 201, made.body
    desk.clock.advance(HOUR_MS / 1000)
    with record.step("tend_messages (fires)"):
        desk.fire()
    with record.step("send_batch"):
        desk.send()
    with record.step("tend_messages (settles)"):
        desk.live(minutes=15)
    with record.step("GET /v1/follow-ups/{id}"):
        read_back = client.get(f"/v1/follow-ups/{made.body['id']}").body
    assert read_back["delivery"]["status"] == "sent", read_back
    return record.steps


def event() -> list[Step]:
    """A member answers, which cancels what waits."""
    record, desk = Recorder(), FollowUpDesk()
    client = _client(events.routes.operations, desk, role="agent")
    desk.create(cancel_on=["member_replied"])
    with record.step("POST /v1/events (member_replied)"):
        told = client.post("/v1/events", {"name": "member_replied", "member_id": "anna"})
    assert len(told.body["cancelled_follow_ups"]) == 1, told.body
    return record.steps


def _run(record: Recorder, world: World, campaign_id: str, epoch: int) -> None:
    with record.step("plan_audience (plan)"):
        planned = world.planner.plan(_GYM, campaign_id, epoch, world.clock.now() + 240_000)
    assert planned.outcome == "planned"
    with record.step("plan_audience (freeze)"):
        world.planner.freeze(_GYM, campaign_id, epoch)
    for number in itertools.count(1):
        with record.step(f"release_batches (round {number})"):
            step = world.releaser.round(_GYM, campaign_id, epoch, 0)
        if step.outcome == "end":
            return
        if world.queue.waiting:
            with record.step("send_batch"):
                world.work_off()
        world.clock.advance(step.wait_seconds)


def _client(operations: Sequence[Operation], desk: Any, role: str = "admin") -> Client:
    application = Application(RouteTable(operations), lambda: SETTINGS)
    application.resolver.dependency_overrides[dependencies.services] = lambda: desk
    return Client(application.answer, claims(TENANT, role))


def _click(call: SendCall) -> dict[str, Any]:
    """The message of SNS in SQS that says that the call's first recipient clicked."""
    told = json.loads(json.dumps(EVENTS["click"]))
    told["mail"]["tags"] |= {name: [value] for name, value in call.tags.items()}
    told["mail"]["tags"]["member"] = [call.recipients[0].member_id]
    return {"body": json.dumps({"TopicArn": _TOPIC, "Message": json.dumps(told)})}


def _changes(world: World) -> Iterator[LedgerChange]:
    """What the ledger's stream says of where everything stands."""
    numbers = itertools.count(1)
    for key, rows in world.ledger.batches.items():
        tenant_id, campaign_id, shard = key.split("#")
        partition = Partition(tenant_id, campaign_id, int(shard))
        found = [CountedRow(batch.key.lane, batch.entries) for batch in rows.values()]
        receipts = world.ledger.receipts.get(key, {})
        found += [CountedRow(message, receipt) for (_, message), receipt in receipts.items()]
        for row in found:
            yield LedgerChange(f"{next(numbers):040d}", partition, after=row)
