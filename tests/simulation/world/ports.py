"""The membrane around every port: each call takes time, lets others run before and after it, and may be struck."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariia.domain.errors import TransientError
from tests.simulation.world.faults import Chance, Fault, FaultPlan, Strike
from tests.simulation.world.scheduler import Gone, Scheduler

_LATENCIES_MS = (1, 1, 2, 2, 3, 4, 6, 9, 20, 60)


class Membrane:
    """Makes calls on behalf of the present task."""

    def __init__(self, scheduler: Scheduler, plan: FaultPlan, chance: Chance) -> None:
        self._scheduler, self.plan, self._chance = scheduler, plan, chance
        self._random = scheduler.random.random

    def call(self, name: str, effect: Callable[[], Any]) -> Any:
        """Carries out `effect` as one step, with what strikes it."""
        task = self._scheduler.current
        if task is None:
            return effect()
        task.calls += 1
        place = f"{task.label}/{task.calls} {name}"
        strike = self.plan.at(place)
        fault = strike.fault if strike else None
        self._scheduler.pause(self._latency())
        if fault in (Fault.ERROR_BEFORE, Fault.CRASH_BEFORE):
            self._fail(place, fault)
        if strike is not None and fault is Fault.SLOW_BEFORE:
            self._linger(place, strike, effect)
        result = effect()
        self._scheduler.on_step()
        if strike is not None and fault is Fault.SLOW_AFTER:
            self._scheduler.pause(strike.delay_ms)
        self._scheduler.pause(self._latency())
        if fault in (Fault.ERROR_AFTER, Fault.CRASH_AFTER):
            self._fail(place, fault)
        return result

    def around(self, name: str, target: Any) -> Any:
        """`target` with every method behind the membrane."""
        return _Port(self, name, target)

    def _linger(self, place: str, strike: Strike, effect: Callable[[], Any]) -> None:
        try:
            self._scheduler.pause(strike.delay_ms)
        except Gone:
            # The request was on the wire: the other side may still carry it out.
            if self._chance.of(f"lands {place}") < 0.5:
                effect()
            raise

    def _fail(self, place: str, fault: Fault | None) -> None:
        if fault in (Fault.CRASH_BEFORE, Fault.CRASH_AFTER):
            raise Gone(place)
        if self._chance.of(f"error {place}") < 0.5:
            raise TransientError(f"try again: {place}")
        raise RuntimeError(f"connection lost: {place}")

    def _latency(self) -> int:
        return _LATENCIES_MS[int(self._random() * 10)]


class _Port:
    """Looks like the adapter it stands for."""

    def __init__(self, membrane: Membrane, name: str, target: Any) -> None:
        self._membrane, self._name, self._target = membrane, name, target

    def __getattr__(self, method: str) -> Callable[..., Any]:
        membrane, name, bound = self._membrane, f"{self._name}.{method}", getattr(self._target, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            return membrane.call(name, lambda: bound(*args, **kwargs))

        setattr(self, method, call)
        return call


class TaskClock:
    """The clock of whichever host the present task runs on."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> int:
        """Epoch milliseconds, off by the host's skew."""
        task = self._scheduler.current
        return self._scheduler.now + (task.skew if task else 0)

    def sleep(self, seconds: float) -> None:
        """Lets others run."""
        if seconds > 0:
            self._scheduler.pause(round(seconds * 1000))
