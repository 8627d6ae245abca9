"""Asynchronous invocations of Lambda functions. While there are none, nothing polls and nothing is billed.

Lambda repeats an invocation that failed twice, keeps one that finds no free concurrency for up to six hours, and dead-
letters what it gives up: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import TransientError
from ariia.ports.shard_work import ShardTask, ShardWork
from ariia.ports.statistics import RecountWork
from ariia.ports.uploads import RangeTask, RangeWork


@cache
def lambda_client() -> Any:
    """One client per process."""
    return boto3.client("lambda", config=Config(retries={"total_max_attempts": 4, "mode": "standard"}))


class InvokedShards(ShardWork):
    """ShardWork in so many invocations as may run at once, each with a share of the shards. The client is made when it
    is needed, which for the API is seldom."""

    def __init__(self, client: Callable[[], Any], function_arn: str, at_once: int = 1) -> None:
        self._client, self._arn, self._at_once = client, function_arn, at_once

    def start(self, tasks: Sequence[ShardTask]) -> None:
        for lane in range(min(self._at_once, len(tasks))):
            self.go_on(tasks[lane :: self._at_once])

    def go_on(self, tasks: Sequence[ShardTask]) -> None:
        payload = json.dumps({"tasks": [task.to_payload() for task in tasks]})
        _invoke(self._client(), self._arn, payload)


class InvokedRanges(RangeWork):
    """RangeWork: an invocation for each range."""

    def __init__(self, client: Callable[[], Any], function_arn: str) -> None:
        self._client, self._arn = client, function_arn

    def start(self, tasks: Sequence[RangeTask]) -> None:
        for task in tasks:
            _invoke(self._client(), self._arn, encode_task(task))


class InvokedRecounts(RecountWork):
    """RecountWork: an invocation for each recount. The client is made when it is needed."""

    def __init__(self, client: Callable[[], Any], function_arn: str) -> None:
        self._client, self._arn = client, function_arn

    def start(self, tenant_id: str, campaign_id: str, run: str) -> None:
        payload = json.dumps({"tenant_id": tenant_id, "campaign_id": campaign_id, "run": run})
        _invoke(self._client(), self._arn, payload)


def encode_task(task: RangeTask) -> str:
    """The task as a payload; functions/import_members reads it back."""
    return json.dumps({"tenant_id": task.tenant_id, "job_id": task.job_id, "number": task.number})


def _invoke(client: Any, arn: str, payload: str) -> None:
    try:
        client.invoke(FunctionName=arn, InvocationType="Event", Payload=payload.encode())
    except (ClientError, BotoCoreError) as error:
        raise TransientError("the work can't be begun just now; try again") from error
