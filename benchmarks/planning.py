"""Planning: CPU, calls and memory for audiences up to a million, in a fresh process each."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .measuring import LambdaContext, middle, quiet
from .message import TENANT
from .stub.members import SHARDS
from .stub_process import StubClient

MILLION = 1_000_000
_SMALL = 62_496


def measure(stub: StubClient) -> dict[str, Any]:
    """Figures of a million members; each shard is one sample."""
    small = _planned(stub, _SMALL)
    large = _planned(stub, MILLION)
    counts = stub.counts()
    per_shard = MILLION // SHARDS
    return {
        "cpu_us_per_member": round(1e6 * middle(large["cpu"]) / per_shard, 2),
        "aws_calls_per_1000": round(1000 * sum(counts.calls.values()) / MILLION, 2),
        "peak_mb_per_million": round(large["peak_mb"] - large["start_mb"], 1),
        "peak_mb_per_62500": round(small["peak_mb"] - small["start_mb"], 1),
        "members_per_second": round(MILLION / sum(large["wall"])),
        "calls": counts.calls,
        "write_units_per_1000": {table: round(1000 * n / MILLION, 2) for table, n in counts.write_units.items()},
        "read_units_per_1000": {table: round(1000 * n / MILLION, 2) for table, n in counts.read_units.items()},
    }


def _planned(stub: StubClient, members: int) -> dict[str, Any]:
    stub.reset(members_per_shard=members // SHARDS)
    command = [sys.executable, "-m", "benchmarks.planning", f"plan{members}", stub.endpoint]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _plan(campaign_id: str, endpoint: str) -> dict[str, Any]:
    from functions.plan_audience import handler as plan_audience

    from .engine import RunningCampaign

    context: Any = LambdaContext()
    running = RunningCampaign(StubClient(int(endpoint.rpartition(":")[2])), campaign_id)
    cpu, wall = [], []
    with quiet():
        running.start()
        _prepare(running)
        start_mb = _peak_mb()
        for shard in range(SHARDS):
            event = {"tenant_id": TENANT, "campaign_id": campaign_id, "epoch": running.epoch}
            before, began = time.process_time(), time.perf_counter()
            answer = plan_audience.handler({**event, "action": "plan_shard", "shard": shard}, context)
            cpu.append(time.process_time() - before)
            wall.append(time.perf_counter() - began)
            assert answer["outcome"] == "planned", answer
    return {"cpu": cpu, "wall": wall, "start_mb": start_mb, "peak_mb": _peak_mb()}


def _prepare(running: Any) -> None:
    """Waves, lanes and shards, which the run's first task fixes; the shards are planned one by one after it."""
    from functions.plan_audience.handler import services

    planner, runs = services().planner, services().runs
    campaign = runs.in_charge(TENANT, running.campaign_id, running.epoch)
    assert campaign is not None
    assert planner._prepare(campaign) is not None
    running.stub.recount()


def _peak_mb() -> float:
    """The most memory this process ever had. On Linux, getrusage would count what the parent had when it forked."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    import os

    from .stub_process import environment

    os.environ.update(environment(sys.argv[2]))
    print(json.dumps(_plan(sys.argv[1], sys.argv[2])))
