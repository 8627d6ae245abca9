"""Work that is begun reaches the function, in the form that the function reads."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ariia.adapters.aws.invocations import InvokedRanges, InvokedShards
from ariia.domain.audience.count_job import CountTask
from ariia.domain.audience.segment_task import SegmentTask
from ariia.domain.errors import TransientError
from ariia.ports.uploads import RangeTask
from functions.import_members.events import parse
from infra.local.ministack import Ministack

_ROLE = "arn:aws:iam::000000000000:role/anybody"
_SECONDS = 30


@dataclass(frozen=True)
class FailingFunction:
    """It fails at once and for good, so that whatever it was invoked with can be read from its dead letters."""

    arn: str
    queue_url: str

    def given_up(self, number: int) -> list[dict[str, Any]]:
        """So many payloads that were dead-lettered."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + _SECONDS
        sqs = boto3.client("sqs")
        while len(found) < number and time.monotonic() < deadline:
            answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                letter = json.loads(message["Body"])
                assert letter["requestContext"]["functionArn"] == self.arn
                found.append(letter["requestPayload"])
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def function(ministack: Ministack) -> Iterator[FailingFunction]:
    name = f"failing-{uuid.uuid4().hex[:8]}"
    sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("failing.py", "def handler(event, context):\n    raise RuntimeError('never')\n")
    made = lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=_ROLE,
        Handler="failing.handler",
        Code={"ZipFile": code.getvalue()},
    )
    lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": queue_arn}}
    )
    yield FailingFunction(made["FunctionArn"], url)
    lambda_.delete_function(FunctionName=name)


def test_shards_are_shared_out_among_as_many_invocations_as_may_run_at_once(function: FailingFunction) -> None:
    tasks = [CountTask("t1", "preflight-c1", "j1", shard) for shard in range(7)]
    InvokedShards(lambda: boto3.client("lambda"), function.arn, at_once=3).start(tasks)
    found = [[CountTask.from_payload(task) for task in one["tasks"]] for one in function.given_up(3)]
    assert sorted(len(one) for one in found) == [2, 2, 3]
    assert sorted((task for one in found for task in one), key=lambda task: task.shard) == tasks


def test_what_is_left_goes_on_in_one_invocation(function: FailingFunction) -> None:
    tasks = [SegmentTask("t1", "s1", shard, "j1") for shard in (3, 5)]
    InvokedShards(lambda: boto3.client("lambda"), function.arn).go_on(tasks)
    [found] = function.given_up(1)
    assert [SegmentTask.from_payload(one) for one in found["tasks"]] == tasks


def test_every_range_is_begun_once(function: FailingFunction) -> None:
    tasks = {RangeTask("studio", "job-1", number) for number in range(4)}
    InvokedRanges(lambda: boto3.client("lambda"), function.arn).start(list(tasks))
    found = function.given_up(4)
    assert len(found) == 4
    assert {parse(one) for one in found} == tasks


def test_what_can_not_be_begun_is_to_be_repeated() -> None:
    class Refusing:
        def invoke(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "busy"}}, "Invoke")

    with pytest.raises(TransientError):
        InvokedShards(Refusing, "arn").start([CountTask("t1", "preflight-c1", "j1", 0)])
    with pytest.raises(TransientError):
        InvokedRanges(Refusing, "arn").start([RangeTask("t1", "j1", 0)])
