"""Kills functions and changes the provider's mood, in the background, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Self

from infra.local.simulator.client import SimulatorClient

from .weather import CALM, mood, moods
from .workers import FunctionProcesses, Worker, kill

# Seconds between kills: while planning, which is soon over; while messages go out; while leases are waited for.
_EARLY_SECONDS, _EARLY, _STORM, _CALM = 6.0, (0.5, 1.5), (1.0, 3.0), (4.0, 9.0)
_MOOD_SECONDS = 4.0
# Where a kill can leave an unknown it shall strike more often; the API's only makes whoever looks on ask again.
_WEIGHTS = {"send-batch-email": 4.0, "record-events": 2.0}
_SPARED, _SPARED_SHARE = "api", 0.1


class Monkey:
    """`with Monkey(...)` makes trouble inside; `killed` counts the processes by function. `calm_down` ends what the
    provider does, and kills less often; `stop_killing` ends that too."""

    def __init__(self, processes: FunctionProcesses, provider: SimulatorClient, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self.errors: list[Exception] = []
        self._processes, self._provider = processes, provider
        self._random, self._moods = Random(f"kills-{seed}"), moods(seed)
        self._over, self._is_calm = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._guarded, args=(body,)) for body in (self._kill, self._upset)]

    def calm_down(self) -> None:
        """From now on the provider behaves."""
        self._is_calm.set()
        self._threads[1].join()

    def stop_killing(self) -> None:
        """From now on nothing happens any more."""
        self._over.set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Exception as error:  # told by the run: trouble that was not made proves nothing
            self.errors.append(error)

    def _kill(self) -> None:
        began = time.monotonic()
        while not self._over.is_set():
            running = self._processes.running()
            victim = chosen(running, self._random)
            if victim and kill(victim):
                self.killed[victim.function] += 1
            is_early = time.monotonic() - began < _EARLY_SECONDS
            pause = _EARLY if is_early else _CALM if self._is_calm.is_set() else _STORM
            self._over.wait(self._random.uniform(*pause))

    def _upset(self) -> None:
        try:
            while not (self._over.is_set() or self._is_calm.is_set()):
                self._provider.change(**mood(self._moods))
                self._is_calm.wait(_MOOD_SECONDS)
        finally:
            self._provider.change(**CALM)


def chosen(running: list[Worker], random: Random) -> Worker | None:
    """Some process of some function; None when nothing runs that shall be killed now."""
    spared = random.random() >= _SPARED_SHARE
    functions = sorted({worker.function for worker in running if not (spared and worker.function == _SPARED)})
    if not functions:
        return None
    [function] = random.choices(functions, [_WEIGHTS.get(name, 1.0) for name in functions])
    return random.choice([worker for worker in running if worker.function == function])
