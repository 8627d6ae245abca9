"""Rendering what may take for ever, in a child that is stopped when it does."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ariia.domain.content.sandbox.environment import ContentEnvironment
from ariia.domain.content.sandbox.meter import bounded, metered
from ariia.domain.content.sandbox.syntax import parse
from ariia.domain.content.slots.splitting import split

# What a unit is meant to take, and how much more it may at most.
UNIT_SECONDS, AT_MOST = 0.2e-6, 10
# CPU time is told in steps of some milliseconds.
TICK_SECONDS = 0.02
# CPU of `spin` where the unit was measured: a slower or busier machine is given as much more as it takes longer.
_SPIN_SECONDS = 0.03
_STUCK_SECONDS = 20


@dataclass(frozen=True)
class Measured:
    """What a template took and how it ended; `units` is at most its budget."""

    name: str
    cpu: float
    units: int
    end: str

    def is_within(self, speed: float) -> bool:
        """True when the units paid for the time."""
        return self.cpu <= TICK_SECONDS + AT_MOST * UNIT_SECONDS * self.units * speed

    def __str__(self) -> str:
        per_unit = 1e6 * self.cpu / max(1, self.units)
        return f"{self.cpu:7.3f} s {self.units:9} units {per_unit:8.2f} µs a unit  {self.name[:60]:60} {self.end[:60]}"


def spin() -> float:
    """CPU seconds of a loop that is always the same."""
    started, number = time.process_time(), 0
    for step in range(1_000_000):
        number += step & 7
    return time.process_time() - started


def slowness() -> float:
    """How many times longer than where the unit was measured this machine takes just now; 1 at least."""
    return max(1.0, sorted(spin() for _ in range(3))[1] / _SPIN_SECONDS)


def measure(
    environment: ContentEnvironment, templates: Mapping[str, str], values: Mapping[str, Any], work: int
) -> list[Measured]:
    """Each template with `work` units to spend, in its shortest of three tries if it seems to take too long: the
    machine does other things too. One that can't be interrupted counts as `stuck`."""
    found = {one.name: one for one in _measure_once(environment, templates, values, work)}
    for _ in range(2):
        speed = slowness()
        again = {name: templates[name] for name, one in found.items() if not one.is_within(speed)}
        for one in _measure_once(environment, again, values, work):
            found[one.name] = min(found[one.name], one, key=lambda each: each.cpu)
    return list(found.values())


def _measure_once(
    environment: ContentEnvironment, templates: Mapping[str, str], values: Mapping[str, Any], work: int
) -> list[Measured]:
    found: list[Measured] = []
    waiting = dict(templates)
    while waiting:
        found += _in_a_child(environment, waiting, values, work)
        for one in found:
            waiting.pop(one.name, None)
    return found


def _in_a_child(
    environment: ContentEnvironment, templates: Mapping[str, str], values: Mapping[str, Any], work: int
) -> list[Measured]:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=_render_all, args=(environment, templates.items(), values, work, sender)
    )
    child.start()
    sender.close()
    found: list[Measured] = []
    try:
        for name in templates:
            if not receiver.poll(_STUCK_SECONDS):
                return [*found, Measured(name, float(_STUCK_SECONDS), 1, "stuck")]
            found.append(receiver.recv())
        return found
    except EOFError:
        return [*found, Measured(next(one for one in [*templates][len(found) :]), float(_STUCK_SECONDS), 1, "died")]
    finally:
        child.kill()
        child.join()


def _render_all(
    environment: ContentEnvironment,
    templates: Iterable[tuple[str, str]],
    values: Mapping[str, Any],
    work: int,
    pipe: Connection,
) -> None:
    gc.freeze()  # what the parent holds would be looked through again, at the cost of whichever template is running
    with bounded():
        for name, source in templates:
            part = split(environment, parse(environment, source, "html"), "html")
            parent, end = {**environment.globals, **values}, "done"
            with metered(work) as meter:
                started = time.process_time()
                signal.setitimer(signal.ITIMER_VIRTUAL, _STUCK_SECONDS / 2)  # ends a process that can be ended
                try:
                    part.slots(parent)
                except Exception as error:
                    end = f"{type(error).__name__}: {error}"
                cpu = time.process_time() - started
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            pipe.send(Measured(name, cpu, min(work, work - meter.left), end))
