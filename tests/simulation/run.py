"""One run: a scenario, its faults, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ariia.services.planning import reopening
from ariia.services.planning import shard as planning_shard
from ariia.services.release import released_batches
from tests.simulation.world.engine import Engine, Parts
from tests.simulation.world.faults import Chance, FaultPlan, GivenFaults, RandomFaults, Strike
from tests.simulation.world.operators import Operators
from tests.simulation.world.recounts import Recounter
from tests.simulation.world.scheduler import START
from tests.simulation.world.watch import Watch

from .scenario import Scenario
from .verdict import Judge, Verdict

LONGEST_MS = 48 * 3_600_000


@dataclass
class Outcome:
    """A run and what struck it."""

    scenario: Scenario
    verdict: Verdict
    struck: dict[str, Strike]
    places: list[str]
    steps: int

    @property
    def failed(self) -> bool:
        """True when something was violated."""
        return bool(self.verdict.violations)


def simulate(scenario: Scenario, plan: FaultPlan | None = None, parts: type[Parts] = Parts) -> Outcome:
    """Plays the scenario to its end."""
    plan = plan or storm(scenario)
    with adjusted(scenario, parts):
        engine = Engine(scenario, plan, parts())
        watch = Watch(engine)
        Operators(engine, watch).begin()
        Recounter(engine).begin()
        try:
            came_to_rest = engine.scheduler.run(START + LONGEST_MS, scenario.most_steps)
            verdict = Judge(engine, watch).judge(came_to_rest=came_to_rest)
        finally:
            engine.scheduler.close()
    return Outcome(scenario, verdict, plan.struck, plan.places, engine.scheduler.steps)


def storm(scenario: Scenario, only: Mapping[str, Strike] | None = None) -> FaultPlan:
    """The faults of the scenario's seed; with `only`, those and no others."""
    if only is not None:
        return GivenFaults(only)
    return RandomFaults(Chance(scenario.seed), scenario.faults, scenario.slow)


@contextmanager
def adjusted(scenario: Scenario, parts: type[Parts]) -> Iterator[None]:
    """Pages of a size that a small campaign fills more than once, and what a wrong variant changes in a module."""
    values: dict[tuple[Any, str], Any] = {
        (planning_shard, "MAX_PAGE_MEMBERS"): scenario.page_members,
        (released_batches, "_PAGE"): scenario.page_summaries,
        (reopening, "_PAGES"): 2,
        **{(module, name): value for module, name, value in parts.patches},
    }
    before = {place: getattr(*place) for place in values}
    try:
        for (module, name), value in values.items():
            setattr(module, name, value)
        yield
    finally:
        for (module, name), value in before.items():
            setattr(module, name, value)
