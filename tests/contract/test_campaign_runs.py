"""What every CampaignRuns does: starting a run again has no effect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from ariia.adapters.aws.campaign_runs import StepFunctionsExecutions
from ariia.ports.workflows import Executions
from infra.local.ministack import Ministack
from tests.doubles.campaign_runs import MemoryExecutions

Started = Callable[[], list[dict[str, Any]]]
_ROLE = "arn:aws:iam::000000000000:role/run"


def definition(first: dict[str, Any]) -> str:
    return json.dumps({"StartAt": "First", "States": {"First": first, "Last": {"Type": "Succeed"}}})


@pytest.fixture(params=["memory", "ended", "running"])
def runs(request: pytest.FixtureRequest, tenant_id: str) -> Iterator[tuple[Executions, Started]]:
    """The port, and what was started through it; on Step Functions with runs that end and ones that wait."""
    if request.param == "memory":
        memory = MemoryExecutions()
        yield memory, lambda: [{"tenant_id": t, "campaign_id": c, "epoch": e, "part": 0} for t, c, e in memory.started]
        return
    emulator: Ministack = request.getfixturevalue("ministack")
    client = boto3.client("stepfunctions", endpoint_url=emulator.endpoint)
    wait = {"Type": "Wait", "Seconds": 600 if request.param == "running" else 0, "Next": "Last"}
    made = client.create_state_machine(name=f"run-{tenant_id}", definition=definition(wait), roleArn=_ROLE)
    arn = made["stateMachineArn"]

    def started() -> list[dict[str, Any]]:
        found = client.list_executions(stateMachineArn=arn)["executions"]
        inputs = [client.describe_execution(executionArn=one["executionArn"])["input"] for one in found]
        return [json.loads(one) for one in inputs]

    yield StepFunctionsExecutions(client, arn), started
    # The others end by themselves, perhaps between being listed and being stopped.
    for one in client.list_executions(stateMachineArn=arn)["executions"] if request.param == "running" else ():
        client.stop_execution(executionArn=one["executionArn"])


def test_run_is_started_once_however_often_it_is_asked_for(runs: tuple[Executions, Started], tenant_id: str) -> None:
    port, started = runs
    for _ in range(2):
        port.start(tenant_id, f"{tenant_id}-c1", 3)
        time.sleep(0.3)
    assert started() == [{"tenant_id": tenant_id, "campaign_id": f"{tenant_id}-c1", "epoch": 3, "part": 0}]


def test_each_epoch_is_a_run_of_its_own(runs: tuple[Executions, Started], tenant_id: str) -> None:
    port, started = runs
    port.start(tenant_id, f"{tenant_id}-c1", 3)
    port.start(tenant_id, f"{tenant_id}-c1", 7)
    assert sorted(one["epoch"] for one in started()) == [3, 7]
