"""Whether a wrong variant is told from the right one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from tests.simulation.world.engine import Parts

from .run import simulate
from .scenario import Scenario, hard_weather

SEEDS = 200


class Violating(Protocol):
    """What a run of any world comes to."""

    @property
    def violations(self) -> Sequence[str]:
        """What did not hold, in words."""
        ...


def is_told_apart(play: Callable[..., Violating], mutant: Any, seeds: Iterable[int]) -> bool:
    """True when a wrong way of a world violates what it is there to violate in one of its runs, and the right way
    passes the first such run."""
    caught = (seed for seed in seeds if any(re.search(mutant.violates, one) for one in play(seed, mutant).violations))
    first = next(caught, None)
    return first is not None and not play(first).violations


def caught_by(mutant: type[Parts]) -> int | None:
    """The first seed at which the wrong variant violates what it is there to violate, while the right one, wired and
    struck in the same way, violates nothing; None when there is none."""
    for seed in range(SEEDS):
        if _betrays_itself(mutant, seed) and right_passes(seed, mutant.weather):
            return seed
    return None


@lru_cache(maxsize=SEEDS)
def right_passes(seed: int, weather: Callable[[int], Scenario] = hard_weather) -> bool:
    """Whether the engine as it is holds every invariant in this run."""
    return not simulate(weather(seed)).failed


def _betrays_itself(mutant: type[Parts], seed: int) -> bool:
    violations = simulate(mutant.weather(seed), parts=mutant).verdict.violations
    return any(re.search(mutant.violates, one) for one in violations)
