"""One-time schedules on EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import TransientError

_PASSING = ("ThrottlingException", "InternalServerException", "ServiceQuotaExceededException")
# What can't be delivered for so long is found by the checks, and judged by how late it is then.
_RETRIED_FOR_SECONDS = 3_600


@cache
def scheduler_client() -> Any:
    """One client per process."""
    return boto3.client("scheduler")


@dataclass(frozen=True)
class ScheduleTarget:
    """What a group's schedules hand their payload to, as which role, and where goes what can't be delivered."""

    group: str
    arn: str
    role_arn: str
    dead_letters_arn: str


class EventBridgeSchedules:
    """OneTimeSchedules in one group."""

    def __init__(self, client: Any, target: ScheduleTarget) -> None:
        self._client, self._target = client, target

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        """See OneTimeSchedules."""
        target = {
            "Arn": self._target.arn,
            "RoleArn": self._target.role_arn,
            "Input": json.dumps(payload),
            "DeadLetterConfig": {"Arn": self._target.dead_letters_arn},
            "RetryPolicy": {"MaximumEventAgeInSeconds": _RETRIED_FOR_SECONDS, "MaximumRetryAttempts": 185},
        }
        try:
            self._client.create_schedule(
                Name=name,
                GroupName=self._target.group,
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
        """See OneTimeSchedules."""
        try:
            self._client.delete_schedule(Name=name, GroupName=self._target.group)
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
