"""One-time schedules on EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import TransientError
from ariia.domain.revisits import RevisitKind
from ariia.ports.schedules import OneTimeSchedules

_PASSING = ("ThrottlingException", "InternalServerException", "ServiceQuotaExceededException")
# What can't be delivered for so long is found by the checks, and judged by how late it is then.
_RETRIED_FOR_SECONDS = 3_600
# The function that looks at things of a kind, which alone has the grants for it.
REVISIT_FUNCTIONS: Mapping[RevisitKind, str] = {
    RevisitKind.FOLLOW_UP: "tend_messages",
    RevisitKind.MESSAGE: "tend_messages",
    RevisitKind.QUESTIONS: "tend_messages",
    RevisitKind.LIFTED: "tend_messages",
    RevisitKind.SERIES: "run_series",
    RevisitKind.EXPORT: "privacy_requests",
    RevisitKind.ERASURE: "privacy_requests",
}


@cache
def scheduler_client() -> Any:
    """One client per process."""
    return boto3.client("scheduler")


def revisit_function(payload: Mapping[str, Any]) -> str:
    """The function that this payload of a revisit is for."""
    return REVISIT_FUNCTIONS[RevisitKind(payload["kind"])]


@dataclass(frozen=True)
class ScheduleGroup:
    """A group of schedules, the role that all of them act as, and the queue for what can't be delivered."""

    name: str
    role_arn: str
    dead_letters_arn: str


class EventBridgeSchedules(OneTimeSchedules):
    """OneTimeSchedules in one group. `target`: the ARN of what a payload is handed to."""

    def __init__(self, client: Any, group: ScheduleGroup, target: Callable[[Mapping[str, Any]], str]) -> None:
        self._client, self._group, self._target = client, group, target

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        target = {
            "Arn": self._target(payload),
            "RoleArn": self._group.role_arn,
            "Input": json.dumps(payload),
            "DeadLetterConfig": {"Arn": self._group.dead_letters_arn},
            "RetryPolicy": {"MaximumEventAgeInSeconds": _RETRIED_FOR_SECONDS, "MaximumRetryAttempts": 185},
        }
        try:
            self._client.create_schedule(
                Name=name,
                GroupName=self._group.name,
                ScheduleExpression=f"at({_second(at)})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target=target,
            )
        except self._client.exceptions.ConflictException:
            return
        except (ClientError, BotoCoreError) as error:
            raise _passing(error) from error

    def delete(self, name: str) -> None:
        try:
            self._client.delete_schedule(Name=name, GroupName=self._group.name)
        except self._client.exceptions.ResourceNotFoundException:
            return
        except (ClientError, BotoCoreError) as error:
            raise _passing(error) from error


def _second(at: int) -> str:
    """The first whole second that is not before `at`, as an `at()` expression wants it."""
    return datetime.fromtimestamp(-(-at // 1000), UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _passing(error: ClientError | BotoCoreError) -> Exception:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] not in _PASSING:
        return error
    return TransientError("schedules can't be changed just now; try again")
