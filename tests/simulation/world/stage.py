"""Virtual time, faults and a clock for something smaller than the whole engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariia.domain.errors import AriiaError, ConflictError, InvalidError, LimitError, NotFoundError
from tests.simulation.world.faults import Chance, FaultPlan
from tests.simulation.world.ports import Membrane, TaskClock
from tests.simulation.world.scheduler import Scheduler

_TIMEOUT_MS = 29_000
# What a client may be told for good; everything else is asked again.
_ANSWERS = (ConflictError, InvalidError, LimitError, NotFoundError)


class Stage:
    """One run's scheduler, dice, membrane and clock; collects what is violated, each kind of thing once."""

    def __init__(self, seed: int, plan: FaultPlan) -> None:
        self.plan, self.chance = plan, Chance(seed)
        self.scheduler = Scheduler(seed)
        self.membrane = Membrane(self.scheduler, plan, self.chance)
        self.clock = TaskClock(self.scheduler)
        self.violations: list[str] = []

    def violated(self, what: str) -> None:
        """Keeps it."""
        if what not in self.violations and len(self.violations) < 20:
            self.violations.append(what)


def insist(scheduler: Scheduler, label: str, service: Callable[[], Any], tries: int, skew: int = 0) -> Any:
    """Asks in processes of their own until one answers: the answer, or what it raised for good. None when all tries
    failed: nobody knows then whether anything was done."""
    for _ in range(tries):
        task = scheduler.spawn(label, service, lasts_ms=_TIMEOUT_MS, skew=skew)
        try:
            return scheduler.join(task)
        except _ANSWERS as answer:
            return answer
        except (AriiaError, RuntimeError):
            scheduler.pause(2_000)
    return None
