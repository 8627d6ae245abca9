"""Executions of the state machine campaign_run."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import TransientError
from ariia.ports.workflows import Executions

_PASSING = ("ThrottlingException", "ServiceUnavailable", "ExecutionLimitExceeded")


@cache
def step_functions_client() -> Any:
    """One client per process."""
    return boto3.client("stepfunctions")


class StepFunctionsExecutions(Executions):
    """CampaignRuns on Step Functions. An execution is named by campaign and epoch: a second start is the first."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client, self._arn = client, state_machine_arn

    def start(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        """A running execution of this name and input answers with its ARN, one that has ended with
        ExecutionAlreadyExists (API_StartExecution): both mean that it was started."""
        given = {"tenant_id": tenant_id, "campaign_id": campaign_id, "epoch": epoch, "part": 0}
        name = f"{campaign_id}-{epoch}-0"
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(given))
        except self._client.exceptions.ExecutionAlreadyExists:
            return
        except ClientError as error:
            if error.response["Error"]["Code"] in _PASSING:
                raise TransientError("runs can't be started just now; try again") from error
            raise
        except BotoCoreError as error:
            raise TransientError("runs can't be started just now; try again") from error
