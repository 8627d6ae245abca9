"""Every single fault at every port call of a small campaign, and pairs of faults."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.simulation.world.faults import FAULTS, Fault, GivenFaults, Strike

from .run import Outcome, simulate
from .scenario import Scenario

SMALL = Scenario(seed=1, members=3, shards=2, rate=50.0, concurrency=2)
_SLOW_MS = (8_000, 100_000)
_SECONDS_OF_A_SAMPLE = 4
STRIKES = tuple(
    Strike(fault, delay)
    for fault in FAULTS
    for delay in (_SLOW_MS if fault in (Fault.SLOW_BEFORE, Fault.SLOW_AFTER) else (0,))
)
First = tuple[str, Strike]


def singles() -> Iterator[Outcome]:
    """One run for each fault at each call of the undisturbed campaign."""
    for place, strike in firsts():
        yield _played({place: strike})


def pairs(most: int) -> Iterator[Outcome]:
    """Two faults at once, the second at a call that follows the first: about `most` of all pairs, evenly chosen."""
    random, left = Random("pairs"), most
    some = firsts()
    random.shuffle(some)
    for first in some:
        if left <= 0:
            return
        seconds = _seconds(first)
        chosen = random.sample(seconds, min(len(seconds), _SECONDS_OF_A_SAMPLE))
        left -= len(chosen)
        yield from _pairs_of(first, chosen)


def firsts() -> list[First]:
    """Every fault at every call of the undisturbed campaign."""
    return [(place, strike) for place in _places({}) for strike in STRIKES]


def pairs_after(first: First) -> Iterator[Outcome]:
    """All pairs that begin with this fault."""
    yield from _pairs_of(first, _seconds(first))


def _seconds(first: First) -> list[First]:
    places = _places(dict([first]))
    return [(place, strike) for place in places[places.index(first[0]) + 1 :] for strike in STRIKES]


def _pairs_of(first: First, seconds: list[First]) -> Iterator[Outcome]:
    return (_played(dict([first, second])) for second in seconds)


def _places(strikes: dict[str, Strike]) -> list[str]:
    return simulate(SMALL, GivenFaults(strikes)).places


def _played(strikes: dict[str, Strike]) -> Outcome:
    return simulate(SMALL, GivenFaults(strikes))
