"""CPU of this process (all its threads), medians of several runs."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

RUNS = 5


@dataclass
class Spent:
    """What a block took, in seconds."""

    cpu: float = 0.0
    wall: float = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """Measures the block; garbage of what was before is collected first."""
    gc.collect()
    spent = Spent()
    cpu, wall = time.process_time(), time.perf_counter()
    yield spent
    spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall


def cpu_per_call(work: Callable[[], Any], calls: int, runs: int = RUNS) -> float:
    """Median CPU seconds of one call of `work`, over `runs` runs of `calls` calls."""
    work()
    samples = []
    for _ in range(runs):
        with spending() as spent:
            for _ in range(calls):
                work()
        samples.append(spent.cpu / calls)
    return median(samples)


def middle(samples: Sequence[float]) -> float:
    """The median."""
    return median(samples)


@contextmanager
def quiet() -> Iterator[None]:
    """Functions log to stdout; writing the lines is part of the work, showing them is not."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name = "benchmark"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:benchmark"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """A minute is left, always."""
        return 60_000
