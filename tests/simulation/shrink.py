"""A failing run told as shortly as possible."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.world.engine import Parts

from .run import Outcome, simulate, storm
from .scenario import Scenario


def shrunk(outcome: Outcome, parts: type[Parts] = Parts) -> Outcome:
    """The same scenario with faults and actions taken out one by one while it still fails."""
    smallest = _replayed(outcome.scenario, outcome, parts)
    if not smallest.failed:
        return outcome
    for place in list(smallest.struck):
        without = {one: strike for one, strike in smallest.struck.items() if one != place}
        tried = simulate(smallest.scenario, storm(smallest.scenario, without), parts)
        smallest = tried if tried.failed else smallest
    for action in smallest.scenario.actions:
        scenario = replace(
            smallest.scenario, actions=tuple(one for one in smallest.scenario.actions if one is not action)
        )
        tried = _replayed(scenario, smallest, parts)
        smallest = tried if tried.failed else smallest
    return smallest


def _replayed(scenario: Scenario, outcome: Outcome, parts: type[Parts]) -> Outcome:
    return simulate(scenario, storm(scenario, outcome.struck), parts)


def told(outcome: Outcome) -> str:
    """What went wrong, in which scenario, under which faults."""
    lines = [f"seed {outcome.scenario.seed}", *(f"  violated: {one}" for one in outcome.verdict.violations)]
    lines += [f"  fault: {place}: {strike}" for place, strike in outcome.struck.items()]
    lines += [f"  action: {one.name} after {one.at / 1000:g} s" for one in outcome.scenario.actions]
    return "\n".join([*lines, f"  {outcome.scenario}"])
