"""Counting one shard, as an invocation names it."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.count_audience import CountAudienceServices
from ariia.domain.audience.count_job import CountTask
from ariia.domain.audience.segment_task import SegmentTask
from ariia.domain.errors import TransientError
from ariia.observability import AttemptFailedError
from functions.count_audience import handler as module
from tests.doubles.clock import ManualClock
from tests.doubles.shard_work import MemoryShardWork

TASK, OTHER = CountTask("t1", "preflight-c1", "job-1", 2), CountTask("t1", "preflight-c1", "job-1", 4)


class Counter:
    """Remembers what it was asked and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[CountTask | SegmentTask, int]] = []
        self.answer: bool | Exception = True
        self.work_begun, self.clock, self.takes_seconds = MemoryShardWork(), ManualClock(1_000_000), 1

    def work(self, task: SegmentTask, ends_at: int) -> bool:
        return self.count(task, ends_at)

    def count(self, task: CountTask | SegmentTask, ends_at: int) -> bool:
        self.asked.append((task, ends_at))
        self.clock.advance(self.takes_seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Context(LambdaContext):
    """Two minutes left."""

    def __init__(self) -> None:
        self._function_name = "count_audience"
        self._memory_limit_in_mb = 1024
        self._invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:count_audience"
        self._aws_request_id = "req-1"

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        return 120_000


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()
    services = CountAudienceServices(counter, counter, counter.work_begun, counter.clock)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "services", lambda: services)
    return counter


def handle(*tasks: CountTask | SegmentTask) -> int:
    event = json.loads(json.dumps({"tasks": [task.to_payload() for task in tasks]}))
    left: int = module.handler(event, Context())["left"]
    return left


def test_task_names_the_shard_to_count_well_within_the_invocation(counter: Counter) -> None:
    assert handle(TASK) == 0
    assert counter.asked == [(TASK, 1_000_000 + 105_000)]
    assert counter.work_begun.waiting == []


@pytest.mark.parametrize("job_id", ["job-1", None])
def test_task_about_a_list_is_work_on_the_list(counter: Counter, job_id: str | None) -> None:
    task = SegmentTask("t1", "s1", 3, job_id)
    assert handle(task) == 0
    assert counter.asked[0][0] == task


def test_shards_are_worked_on_one_after_the_other(counter: Counter) -> None:
    assert handle(TASK, OTHER) == 0
    assert [task for task, _ in counter.asked] == [TASK, OTHER]


def test_shard_that_is_not_done_goes_on_in_another_invocation_with_those_behind_it(counter: Counter) -> None:
    counter.answer = False
    assert handle(TASK, OTHER) == 2
    assert counter.work_begun.waiting == [TASK, OTHER]


def test_shard_for_which_no_time_is_left_is_left_to_another_invocation(counter: Counter) -> None:
    counter.takes_seconds = 105
    assert handle(TASK, OTHER) == 1
    assert counter.work_begun.waiting == [OTHER]


@pytest.mark.parametrize("error", [TransientError("busy"), RuntimeError("anna@studio.example")])
def test_what_fails_is_raised_for_lambda_to_repeat_without_its_text(counter: Counter, error: Exception) -> None:
    counter.answer = error
    with pytest.raises(AttemptFailedError) as failed:
        handle(TASK)
    assert str(error) not in "".join(traceback.format_exception(failed.value))
    assert counter.work_begun.waiting == []


@pytest.mark.parametrize(
    "event", [{}, [], {"tasks": [{"tenant": "t1", "campaign": "c1", "job": "j", "shard": "x"}]}, {"tasks": ["t1"]}]
)
def test_event_of_nobody_we_know_is_raised_for_the_dead_letters(counter: Counter, event: Any) -> None:
    with pytest.raises(AttemptFailedError):
        module.handler(event, Context())
    assert counter.asked == []
