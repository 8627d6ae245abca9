"""Which fault strikes which port call. A call's place is its task and its number in it, so that taking one fault out of
a run leaves the others where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32


class Fault(StrEnum):
    """What can go wrong with one call. `slow_*` last from seconds to beyond the lease."""

    ERROR_BEFORE = "error before the effect"
    ERROR_AFTER = "error after the effect"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    SLOW_BEFORE = "slow, then the effect"
    SLOW_AFTER = "the effect, then slow"


FAULTS = tuple(Fault)
DELAYS_MS = (2_000, 6_000, 12_000, 30_000, 70_000, 200_000)
_RANGE = 1 << 32


@dataclass(frozen=True)
class Strike:
    """One fault at one place; `delay_ms` of a slow one."""

    fault: Fault
    delay_ms: int = 0

    def __str__(self) -> str:
        return f"{self.fault} ({self.delay_ms / 1000:g} s)" if self.delay_ms else str(self.fault)


class Chance:
    """Throws of the dice that depend on the seed and on what they are about, never on what was thrown before."""

    def __init__(self, seed: int) -> None:
        self._salt = crc32(f"chance-{seed}".encode())

    def of(self, about: str) -> float:
        """A number in [0, 1)."""
        dice = crc32(about.encode(), self._salt)
        # A checksum alone is linear: near places would get related throws.
        dice = (dice ^ dice >> 16) * 0x85EBCA6B % _RANGE
        dice = (dice ^ dice >> 13) * 0xC2B2AE35 % _RANGE
        return (dice ^ dice >> 16) / _RANGE

    def happens(self, about: str, rate: float) -> bool:
        """True in `rate` of the cases."""
        return rate > 0 and self.of(about) < rate

    def between(self, about: str, low: float, high: float) -> float:
        """Evenly between the two."""
        return low + (high - low) * self.of(about)


class FaultPlan:
    """Says for every place whether a fault strikes, and remembers those that did."""

    def __init__(self) -> None:
        self.struck: dict[str, Strike] = {}
        self.places: list[str] = []

    def at(self, place: str) -> Strike | None:
        """The fault at this place, if any."""
        strike = self._choose(place)
        if strike is not None:
            self.struck[place] = strike
        return strike

    def _choose(self, place: str) -> Strike | None:
        return None


class RandomFaults(FaultPlan):
    """Each kind at `rate` of all calls, `slow` at a rate of its own; with `only`, at no other places than these."""

    def __init__(self, chance: Chance, rate: float, slow: float, only: Collection[str] | None = None) -> None:
        super().__init__()
        self._chance, self._rate, self._slow, self._only = chance, rate, slow, only
        self._share = 4 * rate + 2 * slow

    def _choose(self, place: str) -> Strike | None:
        if self._only is not None and place not in self._only:
            return None
        dice = self._chance.of(place)
        if dice >= self._share:
            return None
        if dice < 4 * self._rate:
            return Strike(FAULTS[int(dice / self._rate)])
        delay = DELAYS_MS[int(self._chance.of(f"delay {place}") * len(DELAYS_MS))]
        return Strike(Fault.SLOW_BEFORE if dice < 4 * self._rate + self._slow else Fault.SLOW_AFTER, delay)


class GivenFaults(FaultPlan):
    """Exactly these, and a list of all places that were passed."""

    def __init__(self, strikes: Mapping[str, Strike]) -> None:
        super().__init__()
        self._strikes = strikes

    def _choose(self, place: str) -> Strike | None:
        self.places.append(place)
        return self._strikes.get(place)
