"""The state machine that is played is the one that is deployed."""

from __future__ import annotations

import json

from tests.simulation.world.state_machine import DEFINITION, RETRY, WAIT_AFTER_FAILURE_MS

_STATES = json.loads(DEFINITION.read_text())["States"]


def test_every_task_is_tried_again_as_the_model_does() -> None:
    tasks = [state for state in _STATES.values() if state["Type"] == "Task"]
    tasks += [state for state in _STATES["PlanShards"]["ItemProcessor"]["States"].values() if state["Type"] == "Task"]
    assert len(tasks) == 7
    assert all(task["Retry"] == [RETRY] for task in tasks)
    assert all(task["Catch"][-1]["ErrorEquals"] == ["States.ALL"] for task in tasks)


def test_a_failed_task_waits_as_the_model_does() -> None:
    waits = [_STATES[name]["Seconds"] * 1000 for name in ("WaitToPlan", "WaitToFreeze", "WaitToFire")]
    assert [*waits, _STATES["Round"]["Catch"][0]["Output"]["wait_seconds"] * 1000] == [WAIT_AFTER_FAILURE_MS] * 4
