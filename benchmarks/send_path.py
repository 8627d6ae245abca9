"""The send path: CPU and calls per recipient from the queue message to the written outcome, beside the naive sender."""

from __future__ import annotations

from itertools import count
from typing import Any

from .engine import RunningCampaign, accepted
from .measuring import RUNS, middle, quiet, spending
from .naive import NaiveSender
from .stub.counts import Counts
from .stub.members import SHARDS
from .stub_process import StubClient

PER_SHARD = 1_000
# What SES grants, in messages a second: more than one process sends, less than it would take to never wait for tokens.
RATE = 2_500.0
_NAIVE_SENDS = 150
_WARM_UP = 40


def measure(stub: StubClient) -> dict[str, Any]:
    """Figures of a tenant with 1,000 members per shard; small tenants beside."""
    naive, numbers = NaiveSender(), count()
    ours, theirs, ratios, counted = [], [], [], None
    for run in range(RUNS + 1):
        cpu, counts = _campaign(stub, f"large{run}", PER_SHARD)
        baseline = _naive(naive, numbers)
        if run:
            ours.append(cpu)
            theirs.append(baseline)
            ratios.append(baseline / cpu)
            counted = counts
    assert counted is not None
    members = PER_SHARD * SHARDS
    return {
        "cpu_ms_per_recipient": round(1000 * middle(ours), 4),
        "naive_cpu_ms_per_recipient": round(1000 * middle(theirs), 3),
        "naive_cpu_ratio": round(middle(ratios), 1),
        "aws_calls_per_1000": round(1000 * sum(counted.calls.values()) / members, 1),
        "naive_aws_calls_per_1000": 3_000,
        "calls": counted.calls,
        "bytes_on_the_wire_per_recipient": round(counted.bytes_in["ses.SendBulkEmail"] / members),
        "write_units_per_1000": _per_1000(counted.write_units, members),
        "read_units_per_1000": _per_1000(counted.read_units, members),
        "tenants": {str(size): _tenant(stub, size) for size in (100, 2_000)},
    }


def _campaign(stub: StubClient, name: str, per_shard: int) -> tuple[float, Counts]:
    """CPU seconds per recipient of releasing and sending, and everything that was called meanwhile."""
    stub.reset(members_per_shard=per_shard, rate=RATE)
    running = RunningCampaign(stub, name)
    with quiet():
        running.start()
        running.plan()
    stub.recount()
    releasing, sending = running.run(RATE)
    counts = stub.counts()
    members = per_shard * SHARDS
    assert accepted(stub, name) == members, "not everybody was sent"
    return (releasing.cpu + sending.cpu) / members, counts


def _naive(sender: NaiveSender, numbers: Any) -> float:
    for _ in range(_WARM_UP):
        sender.send(next(numbers))
    with spending() as spent:
        for _ in range(_NAIVE_SENDS):
            sender.send(next(numbers))
    return spent.cpu / _NAIVE_SENDS


def _tenant(stub: StubClient, size: int) -> dict[str, float]:
    """A whole tenant of `size` members, spread over all shards."""
    per_shard = max(1, size // SHARDS)
    runs = [_campaign(stub, f"tenant{size}x{run}", per_shard) for run in range(RUNS)]
    calls = sum(runs[-1][1].calls.values())
    return {
        "cpu_ms_per_recipient": round(1000 * middle([cpu for cpu, _ in runs]), 4),
        "aws_calls_per_1000": round(1000 * calls / (per_shard * SHARDS), 1),
    }


def _per_1000(units: dict[str, float], members: int) -> dict[str, float]:
    return {table: round(1000 * amount / members, 2) for table, amount in units.items()}
