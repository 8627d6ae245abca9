"""Kills functions and changes the provider's mood, in the background, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import Self

from infra.local.providers.client import SimulatorClient

from .weather import CALM, mood, moods
from .workers import FunctionProcesses, Worker, kill

# Seconds that a process is given from when it is first seen, evenly drawn from the logarithms: many die at once, and
# some live long enough for the slowest machine to get on. The API's death only makes whoever looks on ask again.
_LIVES, _LIVES_OF_THE_API, _API = (0.3, 60.0), (10.0, 120.0), "api"
_LOOK_EVERY, _MOOD_SECONDS = 0.25, 4.0


class Monkey:
    """`with Monkey(...)` makes trouble inside; `killed` counts the processes by function. `calm_down` ends what the
    provider does, `stop_killing` everything."""

    def __init__(self, processes: FunctionProcesses, provider: SimulatorClient, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self.errors: list[Exception] = []
        self._processes, self._provider = processes, provider
        self._lives, self._moods = Lives(Random(f"kills-{seed}")), moods(seed)
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
        self._is_calm.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Exception as error:  # told by the run: trouble that was not made proves nothing
            self.errors.append(error)

    def _kill(self) -> None:
        while not self._over.is_set():
            for worker in self._lives.ended(self._processes.running(), time.monotonic()):
                if kill(worker):
                    self.killed[worker.function] += 1
            self._over.wait(_LOOK_EVERY)

    def _upset(self) -> None:
        try:
            while not (self._over.is_set() or self._is_calm.is_set()):
                self._provider.change(**mood(self._moods))
                self._is_calm.wait(_MOOD_SECONDS)
        finally:
            self._provider.change(**CALM)


class Lives:
    """How long each process may live."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ends: dict[Worker, float] = {}

    def ended(self, running: Iterable[Worker], now: float) -> list[Worker]:
        """Those whose time is up at `now` (seconds); whoever is seen for the first time is given some."""
        for worker in running:
            if worker not in self._ends:
                low, high = _LIVES_OF_THE_API if worker.function == _API else _LIVES
                self._ends[worker] = now + low * (high / low) ** self._random.random()
        return [worker for worker in running if now >= self._ends[worker]]
