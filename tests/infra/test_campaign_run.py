"""The state machine itself, run by the emulator with scripted functions in the place of ours."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.state_machine import definition
from infra.local.ministack import Ministack

PLANNED, MORE, STOP = ({"outcome": outcome} for outcome in ("planned", "more", "stop"))
WAIT = {"outcome": "wait", "wait_seconds": 7, "idle": 0}
END = {"outcome": "end", "wait_seconds": 0, "idle": 0}
ROUNDS = 6
CALLS_PER_SHARD = 3
ROLE = "arn:aws:iam::000000000000:role/any"


@dataclass
class Runner:
    """Runs a campaign by its script and tells what was asked, in order."""

    folder: Path
    states: Any
    machine: str

    def run(self, campaign: str, **script: list[Any]) -> list[str]:
        folder = self.folder / campaign
        folder.mkdir()
        answers = {key.replace("__", ":"): answers for key, answers in script.items()}
        (folder / "script.json").write_text(json.dumps(answers))
        start = {"tenant_id": "t1", "campaign_id": campaign, "epoch": 3, "part": 0}
        self.states.start_execution(stateMachineArn=self.machine, name=f"{campaign}-3-0", input=json.dumps(start))
        self._wait_for_all(campaign)
        return [line.split()[0] for line in (folder / "all.calls").read_text().splitlines()]

    def fire(self, campaign: str, times: int, **script: list[Any]) -> list[str]:
        """What a schedule that fires so many times leads to."""
        folder = self.folder / campaign
        folder.mkdir()
        (folder / "script.json").write_text(json.dumps(script))
        given = {"tenant_id": "t1", "campaign_id": campaign, "schedule_epoch": 2}
        for number in range(times):
            name = f"{campaign}-fired-{number}"
            self.states.start_execution(stateMachineArn=self.machine, name=name, input=json.dumps(given))
        self._wait_for_all(campaign)
        return [line.split()[0] for line in (folder / "all.calls").read_text().splitlines()]

    def executions(self, campaign: str) -> dict[str, dict[str, Any]]:
        """Input of each execution of the campaign, by name."""
        found = self.states.list_executions(stateMachineArn=self.machine)["executions"]
        mine = [one for one in found if one["name"].startswith(f"{campaign}-")]
        return {
            one["name"]: json.loads(self.states.describe_execution(executionArn=one["executionArn"])["input"])
            for one in mine
        }

    def asked(self, campaign: str, key: str) -> list[dict[str, Any]]:
        lines = (self.folder / campaign / f"{key}.calls").read_text().splitlines()
        return [json.loads(line.partition(" ")[2]) for line in lines]

    def _wait_for_all(self, campaign: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.states.list_executions(stateMachineArn=self.machine)["executions"]
            statuses = {one["status"] for one in found if one["name"].startswith(f"{campaign}-")}
            if statuses == {"SUCCEEDED"}:
                return
            assert statuses <= {"SUCCEEDED", "RUNNING"}
            time.sleep(0.05)
        raise AssertionError(f"{campaign} still runs")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    scripts, work = tmp_path_factory.mktemp("scripts"), tmp_path_factory.mktemp("ministack")
    with Ministack(work, wait_scale=0) as ministack:
        function = _scripted_function(ministack, scripts)
        states: Any = ministack.session().client("stepfunctions", endpoint_url=ministack.endpoint)
        text = definition("campaign_run")
        for name, value in {
            "PlanAudienceArn": function,
            "ReleaseBatchesArn": function,
            "RoundsPerExecution": str(ROUNDS),
            "PlanCallsPerShard": str(CALLS_PER_SHARD),
        }.items():
            text = text.replace("${" + name + "}", value)
        machine = states.create_state_machine(name="campaign-run", definition=text, roleArn=ROLE)
        yield Runner(scripts, states, machine["stateMachineArn"])


def _scripted_function(ministack: Ministack, scripts: Path) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.write(Path(__file__).with_name("scripted_function.py"), "scripted.py")
    functions: Any = ministack.session().client("lambda", endpoint_url=ministack.endpoint)
    made = functions.create_function(
        FunctionName="scripted",
        Runtime="python3.13",
        Handler="scripted.handler",
        Role=ROLE,
        Timeout=30,
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"SCRIPTS": str(scripts)}},
    )
    arn: str = made["FunctionArn"]
    return arn


def test_a_small_audience_is_planned_frozen_and_released_round_by_round(runner: Runner) -> None:
    assert runner.run("small", plan=[PLANNED], freeze=[PLANNED], round=[WAIT, WAIT, END]) == [
        "plan",
        "freeze",
        "round",
        "round",
        "round",
    ]
    run = {"tenant_id": "t1", "campaign_id": "small", "epoch": 3}
    assert runner.asked("small", "plan") == [run | {"action": "plan"}]
    assert runner.asked("small", "freeze") == [run | {"action": "freeze"}]
    assert runner.asked("small", "round")[0] == run | {"idle": 0}
    assert list(runner.executions("small")) == ["small-3-0"]


def test_a_round_is_told_how_long_nothing_moved(runner: Runner) -> None:
    runner.run("idle", plan=[PLANNED], freeze=[PLANNED], round=[WAIT | {"idle": 1}, WAIT | {"idle": 2}, END])
    assert [event["idle"] for event in runner.asked("idle", "round")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "script", "asked"),
    [
        ("stop1", {"plan": [STOP]}, ["plan"]),
        ("stop2", {"plan": [PLANNED], "freeze": [STOP]}, ["plan", "freeze"]),
        ("stop3", {"plan": [MORE | {"shards": [1]}], "plan_shard__1": [STOP]}, ["plan", "plan_shard:1"]),
    ],
)
def test_a_campaign_that_was_stopped_ends_where_it_is(
    runner: Runner, name: str, script: dict[str, list[Any]], asked: list[str]
) -> None:
    assert runner.run(name, **script) == asked


def test_shards_are_planned_until_each_is_done_and_then_frozen_once(runner: Runner) -> None:
    asked = runner.run(
        "shards",
        plan=[MORE | {"shards": [3, 9]}],
        plan_shard__3=[MORE, PLANNED],
        plan_shard__9=[PLANNED],
        freeze=[PLANNED],
        round=[END],
    )
    assert sorted(asked[1:-2]) == ["plan_shard:3", "plan_shard:3", "plan_shard:9"]
    assert [asked[0], *asked[-2:]] == ["plan", "freeze", "round"]
    assert runner.asked("shards", "plan_shard:9")[0]["shard"] == 9


def test_a_single_shard_is_planned_too(runner: Runner) -> None:
    asked = runner.run("single", plan=[MORE | {"shards": [7]}], plan_shard__7=[PLANNED], freeze=[PLANNED], round=[END])
    assert asked == ["plan", "plan_shard:7", "freeze", "round"]


def test_a_call_that_fails_is_retried(runner: Runner) -> None:
    asked = runner.run("flaky", plan=["crash", PLANNED], freeze=["crash", PLANNED], round=["crash", WAIT, "crash", END])
    assert asked == ["plan"] * 2 + ["freeze"] * 2 + ["round"] * 4


def test_a_round_that_keeps_failing_is_tried_again_and_counts(runner: Runner) -> None:
    """Five attempts make one round that failed."""
    asked = runner.run("stubborn", plan=[PLANNED], freeze=[PLANNED], round=["crash"] * 10 + [END])
    assert asked.count("round") == 11
    assert list(runner.executions("stubborn")) == ["stubborn-3-0"]


def test_planning_that_keeps_failing_is_tried_again(runner: Runner) -> None:
    asked = runner.run("stuck", plan=["crash"] * 5 + [PLANNED], freeze=["crash"] * 5 + [PLANNED], round=[END])
    assert asked == ["plan"] * 6 + ["freeze"] * 6 + ["round"]


def test_after_its_rounds_an_execution_hands_over_to_a_successor(runner: Runner) -> None:
    asked = runner.run("long", plan=[PLANNED], freeze=[PLANNED], round=[WAIT] * (ROUNDS + 2) + [END])
    assert asked == ["plan", "freeze", *["round"] * ROUNDS, "plan", "freeze", *["round"] * 3]
    run = {"tenant_id": "t1", "campaign_id": "long", "epoch": 3}
    assert runner.executions("long") == {"long-3-0": run | {"part": 0}, "long-3-1": run | {"part": 1}}


def test_a_shard_that_can_not_be_planned_is_left_to_a_successor(runner: Runner) -> None:
    failures = ["crash"] * 5 * CALLS_PER_SHARD
    asked = runner.run(
        "broken",
        plan=[MORE | {"shards": [1, 2]}, MORE | {"shards": [2]}],
        plan_shard__1=[PLANNED],
        plan_shard__2=[*failures, PLANNED],
        freeze=[PLANNED],
        round=[END],
    )
    assert asked.count("plan_shard:1") == 1
    assert asked.count("plan_shard:2") == len(failures) + 1
    assert asked[-2:] == ["freeze", "round"]
    assert asked.count("freeze") == 1
    assert len(runner.executions("broken")) == 2


def test_a_successor_that_is_there_already_is_no_error(runner: Runner) -> None:
    taken = json.dumps({"tenant_id": "t1", "campaign_id": "stop1", "epoch": 3, "part": 1})
    runner.states.start_execution(stateMachineArn=runner.machine, name="twice-3-1", input=taken)
    asked = runner.run("twice", plan=[PLANNED], freeze=[PLANNED], round=[WAIT])
    assert asked == ["plan", "freeze", *["round"] * ROUNDS]


def test_a_schedule_that_fires_twice_starts_one_run(runner: Runner) -> None:
    start = {"outcome": "start", "epoch": 3}
    asked = runner.fire("fired", 2, fire=[start, start], plan=[PLANNED], freeze=[PLANNED], round=[END])
    assert sorted(asked) == ["fire", "fire", "freeze", "plan", "round"]
    run = {"tenant_id": "t1", "campaign_id": "fired"}
    assert runner.asked("fired", "fire")[0] == run | {"schedule_epoch": 2, "action": "fire"}
    assert runner.executions("fired")["fired-3-0"] == run | {"epoch": 3, "part": 0}


def test_a_schedule_that_is_not_the_campaigns_starts_nothing(runner: Runner) -> None:
    assert runner.fire("stale", 1, fire=[{"outcome": "stop", "epoch": None}]) == ["fire"]
    assert list(runner.executions("stale")) == ["stale-fired-0"]
