"""Every single fault at every port call of a small campaign, and pairs of faults."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .faults import FAULTS, Fault, GivenFaults, Strike
from .run import Outcome, simulate
from .scenario import Scenario

SMALL = Scenario(seed=1, members=3, shards=2, rate=50.0, concurrency=2)
_SLOW_MS = (8_000, 100_000)
STRIKES = tuple(
    Strike(fault, delay)
    for fault in FAULTS
    for delay in (_SLOW_MS if fault in (Fault.SLOW_BEFORE, Fault.SLOW_AFTER) else (0,))
)


def singles() -> Iterator[Outcome]:
    """One run for each fault at each call of the undisturbed campaign."""
    for place in _places({}):
        for strike in STRIKES:
            yield _played({place: strike})


def pairs(most: int | None = None) -> Iterator[Outcome]:
    """Two faults at once, the second at every call that follows the first; `most` of all pairs, evenly chosen."""
    random = Random("pairs")
    firsts = [(place, strike) for place in _places({}) for strike in STRIKES]
    random.shuffle(firsts)
    left = most
    while firsts and (left is None or left > 0):
        place, strike = firsts.pop()
        first = {place: strike}
        places = _places(first)
        seconds = [(one, other) for one in places[places.index(place) + 1 :] for other in STRIKES]
        if most is not None:
            seconds = random.sample(seconds, min(len(seconds), 4))
        for one, other in seconds:
            yield _played(first | {one: other})
        left = None if left is None else left - len(seconds)


def _places(strikes: dict[str, Strike]) -> list[str]:
    return simulate(SMALL, GivenFaults(strikes)).places


def _played(strikes: dict[str, Strike]) -> Outcome:
    return simulate(SMALL, GivenFaults(strikes))
