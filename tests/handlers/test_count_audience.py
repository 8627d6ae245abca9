"""Counting one shard, on events as SQS delivers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.adapters.memory.clock import ManualClock
from ariia.bootstrap.count_audience import CountAudienceServices
from ariia.domain.errors import TransientError
from ariia.domain.preflight_job import CountTask
from ariia.domain.segment_task import SegmentTask
from functions.count_audience import handler as module

EVENT = json.loads((Path(__file__).parent.parent / "events" / "sqs_count_audience.json").read_text())
MESSAGE = EVENT["Records"][0]["messageId"]


class Counter:
    """Remembers what it was asked and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[CountTask | SegmentTask, int]] = []
        self.answer: bool | Exception = True

    def work(self, task: SegmentTask, ends_at: int) -> bool:
        return self.count(task, ends_at)

    def count(self, task: CountTask | SegmentTask, ends_at: int) -> bool:
        self.asked.append((task, ends_at))
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
    services = CountAudienceServices(counter, counter, ManualClock(1_000_000))  # type: ignore[arg-type]
    monkeypatch.setattr(module, "services", lambda: services)
    return counter


def handle(event: dict[str, Any]) -> list[str]:
    answer = module.handler(event, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_message_names_the_shard_to_count_well_within_the_invocation(counter: Counter) -> None:
    assert handle(EVENT) == []
    assert counter.asked == [(CountTask("t1", "c1", "job-1", 2), 1_000_000 + 105_000)]


@pytest.mark.parametrize("job_id", ["job-1", None])
def test_message_about_a_list_is_work_on_the_list(counter: Counter, job_id: str | None) -> None:
    task = SegmentTask("t1", "s1", 3, job_id)
    assert handle({"Records": [{"messageId": "m", "body": task.to_text()}]}) == []
    assert counter.asked[0][0] == task


@pytest.mark.parametrize("answer", [False, TransientError("busy")])
def test_shard_that_is_not_done_comes_back(counter: Counter, answer: bool | Exception) -> None:
    counter.answer = answer
    assert handle(EVENT) == [MESSAGE]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"tenant":"t1","campaign":"c1","job":"j","shard":"x"}'])
def test_unreadable_message_comes_back_and_ends_in_the_dead_letter_queue(counter: Counter, body: str) -> None:
    record = {**EVENT["Records"][0], "body": body}
    assert handle({"Records": [record]}) == [MESSAGE]
    assert counter.asked == []
