"""import_members: what it makes of its messages."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ariia.adapters.import_queue import encode_task
from ariia.adapters.memory.clock import CountingIds, ManualClock
from ariia.adapters.memory.jobs import MemoryJobs
from ariia.adapters.memory.members import MemoryMembers
from ariia.adapters.memory.uploads import MemoryImportQueue, MemoryUploads
from ariia.adapters.send_queue import SqsReturns
from ariia.bootstrap.import_members import ImportMembersServices
from ariia.domain.import_job import ImportFormat, ImportState
from ariia.ports.uploads import RangeTask
from ariia.services.import_cutting import ImportCutting
from ariia.services.import_range import RangeImport
from ariia.services.imports import Imports
from functions.import_members import handler as module
from tests.builders import any_double_opt_in
from tests.handlers.context import LambdaContext

TENANT = "studio"


class World:
    def __init__(self) -> None:
        self.jobs, self.uploads, self.queue = MemoryJobs(), MemoryUploads(), MemoryImportQueue()
        self.members, self.clock = MemoryMembers(), ManualClock()
        self.imports = Imports(self.jobs, self.uploads, any_double_opt_in(), self.clock, CountingIds("import"))
        self.put_back: list[tuple[str, str, int]] = []
        self.services = ImportMembersServices(
            cutting=ImportCutting(self.jobs, self.uploads, self.queue, self.clock, range_records=2),
            ranges=RangeImport(self.jobs, self.uploads, self.members, any_double_opt_in(), self.clock),
            returns=SqsReturns(self),
            clock=self.clock,
            attempts=5,
        )

    meta = SimpleNamespace(endpoint_url="https://sqs")

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:
        self.put_back += [(QueueUrl, entry["ReceiptHandle"], entry["VisibilityTimeout"]) for entry in Entries]

    def upload(self, data: str) -> str:
        job = self.imports.create(TENANT, ImportFormat.CSV, "user-1").entity.job
        self.uploads.put(job.key, data.encode())
        return job.key


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    return world


def record(body: str, message_id: str = "1", receives: int = 1) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-{message_id}",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:imports",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }


def uploaded(*keys: str) -> str:
    records = [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key, "size": 1}}} for key in keys]
    return json.dumps({"Records": records})


def handle(*records: dict[str, Any], remaining_ms: int = 120_000) -> list[str]:
    answer = module.handler({"Records": list(records)}, LambdaContext(remaining_ms))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_uploaded_file_is_cut_and_its_ranges_are_imported(world: World) -> None:
    key = world.upload("id,first_name\nm1,Anna\nm2,Ben\nm3,Carla\n")

    assert handle(record(uploaded(key))) == []
    assert handle(*(record(encode_task(task), str(task.number)) for task in world.queue.tasks)) == []

    view = world.imports.get(TENANT, "import-1")
    assert (view.progress.state, view.progress.created, view.progress.parts) == (ImportState.DONE, 3, 2)


def test_news_of_results_and_of_nothing_is_no_work(world: World) -> None:
    key = "results/studio/import-1/rejected/00000.json"
    test_event = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"})

    assert handle(record(uploaded(key)), record(test_event), record(encode_task(RangeTask(TENANT, "gone", 0)))) == []
    assert world.queue.tasks == []


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"tenant_id": "a#b", "job_id": "j", "number": 0}'])
def test_unreadable_message_comes_back_alone(world: World, body: str) -> None:
    key = world.upload("id\nm1\n")

    assert handle(record(body, "bad"), record(uploaded(key), "good")) == ["bad"]
    assert len(world.queue.tasks) == 1


def test_range_without_time_left_comes_back_soon(world: World) -> None:
    handle(record(uploaded(world.upload("id\nm1\n"))))
    task = record(encode_task(world.queue.tasks[0]))

    assert handle(task, remaining_ms=10_000) == ["1"]
    assert world.put_back == [("https://sqs/123456789012/imports", "handle-1", 20)]
    assert handle(task) == []


def test_last_attempt_that_fails_shows_in_the_import(world: World) -> None:
    handle(record(uploaded(world.upload("id\nm1\n"))))
    body = encode_task(world.queue.tasks[0])

    assert handle(record(body, receives=4), remaining_ms=10_000) == ["1"]
    assert world.imports.get(TENANT, "import-1").progress.state is ImportState.RUNNING
    assert handle(record(body, receives=5), remaining_ms=10_000) == ["1"]
    assert world.imports.get(TENANT, "import-1").progress.state is ImportState.FAILED
