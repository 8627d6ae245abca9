"""import_members: what it makes of its invocations."""

from __future__ import annotations

import json
import traceback
from typing import Any
from urllib.parse import quote_plus

import pytest

from ariia.adapters.aws.invocations import encode_task
from ariia.bootstrap.import_members import ImportMembersServices
from ariia.domain.imports.job import ImportFormat, ImportState
from ariia.observability import AttemptFailedError
from ariia.ports.uploads import RangeTask
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports
from ariia.services.imports.range import RangeImport
from functions.import_members import handler as module
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads
from tests.handlers.context import LambdaContext

TENANT = "studio"


class World:
    def __init__(self) -> None:
        self.jobs, self.uploads, self.queue = MemoryJobs(), MemoryUploads(), MemoryRangeWork()
        self.members, self.clock = MemoryMembers(), ManualClock()
        self.imports = Imports(self.jobs, self.uploads, any_double_opt_in(), self.clock, CountingIds("import"))
        self.services = ImportMembersServices(
            cutting=ImportCutting(self.jobs, self.uploads, self.queue, self.clock, lanes=16, range_records=2),
            ranges=RangeImport(
                self.jobs, self.uploads, self.members, any_double_opt_in(), self.queue, self.clock, lanes=16
            ),
            clock=self.clock,
        )

    def upload(self, data: str) -> str:
        job = self.imports.create(TENANT, ImportFormat.CSV, "user-1").entity.job
        self.uploads.put(job.key, data.encode())
        return job.key


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    return world


def uploaded(*keys: str) -> dict[str, Any]:
    """As S3 tells it, with keys as they stand in URLs."""
    records = [
        {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": quote_plus(key), "size": 1}}} for key in keys
    ]
    return {"Records": records}


def ranges(world: World) -> list[dict[str, Any]]:
    """What the function was told to go on with."""
    return [json.loads(encode_task(task)) for task in world.queue.tasks]


def handle(event: Any, remaining_ms: int = 120_000) -> None:
    module.handler(event, LambdaContext(remaining_ms))  # type: ignore[arg-type]


def test_uploaded_file_is_cut_and_its_ranges_are_imported(world: World) -> None:
    handle(uploaded(world.upload("id,first_name\nm1,Anna\nm2,Ben\nm3,Carla\n")))
    for event in ranges(world):
        handle(event)

    view = world.imports.get(TENANT, "import-1")
    assert (view.progress.state, view.progress.created, view.progress.parts) == (ImportState.DONE, 3, 2)


def test_news_of_results_and_of_nothing_is_no_work(world: World) -> None:
    handle(uploaded("results/studio/import-1/rejected/00000.json"))
    handle(json.loads(encode_task(RangeTask(TENANT, "gone", 0))))
    assert world.queue.tasks == []


@pytest.mark.parametrize(
    "event",
    [{}, [], {"Records": [{}]}, {"tenant_id": "a#b", "job_id": "j", "number": 0}, {"tenant_id": "a", "number": "0"}],
)
def test_event_of_nobody_we_know_is_raised_for_the_dead_letters(world: World, event: Any) -> None:
    with pytest.raises(AttemptFailedError):
        handle(event)


def test_what_went_wrong_is_not_told_to_lambda_which_would_write_it_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quotes_a_member(key: str) -> None:
        raise RuntimeError("anna@studio.example")

    monkeypatch.setattr(world.services.cutting, "run", quotes_a_member)
    with pytest.raises(AttemptFailedError) as failed:
        handle(uploaded(world.upload("id\nm1\n")))
    assert "anna" not in "".join(traceback.format_exception(failed.value))


def test_range_without_time_left_is_raised_and_done_by_the_next_attempt(world: World) -> None:
    handle(uploaded(world.upload("id\nm1\n")))
    [event] = ranges(world)

    with pytest.raises(AttemptFailedError):
        handle(event, remaining_ms=10_000)
    handle(event)
    assert world.imports.get(TENANT, "import-1").progress.state is ImportState.DONE


def test_third_attempt_that_fails_shows_in_the_import(world: World) -> None:
    handle(uploaded(world.upload("id\nm1\n")))
    [event] = ranges(world)

    for _ in range(3):
        assert world.imports.get(TENANT, "import-1").progress.state is ImportState.RUNNING
        with pytest.raises(AttemptFailedError):
            handle(event, remaining_ms=10_000)
    assert world.imports.get(TENANT, "import-1").progress.state is ImportState.FAILED
