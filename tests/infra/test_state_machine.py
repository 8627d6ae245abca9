from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.constructs.state_machine import definition
from infra.paths import STATE_MACHINES
from infra.stacks.automation import PLAN_CALLS_PER_SHARD

from .templates import Templates

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_HISTORY_EVENTS = 25_000
MOST_SHARDS = 16
ROUNDS = 1000


def states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def campaign_run() -> dict[str, Any]:
    machine: dict[str, Any] = json.loads(definition("campaign_run"))
    return machine


def tasks() -> dict[str, dict[str, Any]]:
    return {name: state for name, state in states(campaign_run()) if state["Type"] == "Task"}


def test_every_state_machine_is_valid(asl_validator: Path) -> None:
    files = sorted(STATE_MACHINES.glob("*.asl.json"))
    assert files
    for file in files:
        done = subprocess.run([asl_validator, "--json-path", file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_validator_refuses_a_state_that_leads_nowhere(asl_validator: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.asl.json"
    broken.write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}')
    done = subprocess.run([asl_validator, "--json-path", broken], capture_output=True, check=False)
    assert done.returncode != 0


def test_every_task_retries_and_then_catches_everything() -> None:
    assert len(tasks()) == 7
    for name, task in tasks().items():
        [retry] = task["Retry"]
        assert retry["ErrorEquals"] == ["States.ALL"], name
        assert (retry["IntervalSeconds"], retry["BackoffRate"], retry["MaxAttempts"]) == (2, 2, 4), name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        assert task["TimeoutSeconds"] > 0, name


def test_no_state_gives_up() -> None:
    assert "Fail" not in {state["Type"] for _, state in states(campaign_run())}


def test_what_the_definition_asks_for_is_what_the_stack_gives(stage: Templates) -> None:
    [machine] = stage.resources("AWS::StepFunctions::StateMachine")
    asked = set(re.findall(r"\$\{(\w+)\}", definition("campaign_run")))
    assert asked == set(machine.properties["DefinitionSubstitutions"])


def test_logs_hold_no_data_of_members(stage: Templates) -> None:
    [machine] = stage.resources("AWS::StepFunctions::StateMachine")
    assert machine.properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def events_of_failing(task: dict[str, Any]) -> int:
    """Entered, exited, and scheduled, started, failed for each attempt."""
    return 2 + 3 * (int(task["Retry"][0]["MaxAttempts"]) + 1)


def test_history_holds_even_if_everything_fails() -> None:
    """Every planning call of every shard fails, then every round does: with its Wait and Choice, two events each."""
    shard = 2 + PLAN_CALLS_PER_SHARD * (events_of_failing(tasks()["PlanShard"]) + 4) + 2
    planning = 6 + MOST_SHARDS * (2 + shard)
    rounds = ROUNDS * (events_of_failing(tasks()["Round"]) + 4)
    successor = events_of_failing(tasks()["StartSuccessor"])
    assert planning + rounds + successor < MOST_HISTORY_EVENTS
