"""The days that the tests are run on are those that they are called for, also to the processes that a test starts."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from .days import DAYS, Day, environment

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="libfaketime comes for Linux on x86-64 alone"
)
_LOOK = """
import datetime, json, subprocess, sys, time
began = time.monotonic()
child = "import time; print(time.time())"
print(json.dumps({
    "local": datetime.datetime.now().isoformat(),
    "offset": datetime.datetime.now().astimezone().utcoffset().total_seconds(),
    "at": time.time(),
    "child_at": float(subprocess.check_output([sys.executable, "-c", child])),
    "monotonic": began,
}))
"""
_OFFSETS = {
    "berlin-springs-forward": 1,
    "berlin-first-half-past-two": 2,
    "berlin-second-half-past-two": 1,
    "new-york-springs-forward": -5,
    "new-york-first-half-past-one": -4,
    "new-york-second-half-past-one": -5,
}


def seen_on(day: Day) -> dict[str, float]:
    """What a process sees of that day."""
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK],
        env={**os.environ, **environment(day)},
        capture_output=True,
        text=True,
        check=True,
    )
    seen: dict[str, float] = json.loads(looked.stdout)
    return seen


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.name)
def test_a_process_is_on_the_day(day: Day) -> None:
    seen, expected = seen_on(day), day.begins or datetime.now(UTC)
    assert abs(datetime.fromtimestamp(seen["at"], UTC) - expected) < timedelta(seconds=30)
    assert 0 <= seen["child_at"] - seen["at"] < 30
    if day.name in _OFFSETS:
        assert seen["offset"] == _OFFSETS[day.name] * 3600


@pytest.mark.parametrize("name", ["end-of-month", "berlin-second-half-past-two"])
def test_rules_about_time_hold_on_the_day(name: str) -> None:
    """A few seconds of what `make test-dates` runs whole."""
    rooms = ("ground/test_local_time", "rules/test_quiet_hours", "planning/test_lane_plan")
    rooms += ("campaigns/test_broadcast_quota", "series/test_series")
    tests = [f"tests/unit/{one}.py" for one in rooms]
    command = [
        sys.executable,
        "-m",
        "tests.dates",
        name,
        "--",
        *tests,
        "-q",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
    ]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    run = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stdout[-3_000:]
    assert run.stdout.splitlines()[-1] == "passed on each of the days"
