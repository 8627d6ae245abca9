"""Only processes of one's own stack are found, and killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

from infra.local.chaos.monkey import Lives
from infra.local.chaos.workers import FunctionProcesses, Worker, kill


def process_of(directory: Path, function: str) -> subprocess.Popen[bytes]:
    folder = directory / "tmp" / f"ministack-lambda-ariia-local-{function}-k3_x8q"
    folder.mkdir(parents=True)
    script = folder / "_worker.py"
    script.write_text("import time; time.sleep(60)")
    return subprocess.Popen([sys.executable, str(script)])


def test_processes_of_the_own_stack_are_found_and_killed_and_no_others(tmp_path: Path) -> None:
    ours, theirs = (
        process_of(tmp_path / "ours", "send-batch-email"),
        process_of(tmp_path / "theirs", "send-batch-email"),
    )
    try:
        processes = FunctionProcesses(tmp_path / "ours")
        assert processes.running() == [Worker(ours.pid, "send-batch-email")]
        assert kill(processes.running()[0])
        assert ours.wait(timeout=10) == -9
        assert processes.running() == []
        assert theirs.poll() is None
    finally:
        for one in (ours, theirs):
            one.kill()
            one.wait()


def test_what_is_no_function_is_not_killed() -> None:
    processes = FunctionProcesses(Path("/tmp/stack"))
    place = "/tmp/stack/tmp/ministack-lambda-ariia-local"
    lines = [
        "    1 /sbin/init",
        "   17 python -m ministack",
        f"  123 python {place}-plan-audience-ab12cd_x/_worker.py",
        f"  124 tail -f {place}-plan-audience-ab12cd_x/output.log",
        "  125 python /tmp/stack2/tmp/ministack-lambda-ariia-local-api-ab12/_worker.py",
        "  126 [python] <defunct>",
    ]
    assert processes.among(lines) == [Worker(123, "plan-audience")]


def test_a_process_that_ended_by_itself_is_no_kill() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not kill(Worker(ended.pid, "api"))


def test_every_process_dies_some_day_and_the_apis_live_longer() -> None:
    lives = Lives(Random(1))
    running = [Worker(pid, "api" if pid % 2 else "send-batch-email") for pid in range(200)]
    assert lives.ended(running, 0.0) == []
    early, late = lives.ended(running, 9.9), lives.ended(running, 120.0)
    assert 20 < len(early) < 100
    assert {worker.function for worker in early} == {"send-batch-email"}
    assert late == running


def test_a_process_that_takes_the_place_of_a_killed_one_has_a_life_of_its_own() -> None:
    lives = Lives(Random(1))
    lives.ended([Worker(1, "send-batch-email")], 0.0)
    assert lives.ended([Worker(2, "send-batch-email")], 100.0) == []
