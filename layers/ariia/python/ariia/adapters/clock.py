"""The machine's clock and random ids."""

from __future__ import annotations

import os
import time

from ariia.domain.identifiers import sortable_id
from ariia.ports.clock import Chance, Clock, Ids


def epoch_ms() -> int:
    """UTC from the operating system; Lambda hosts are synchronised by the Amazon Time Sync Service."""
    return time.time_ns() // 1_000_000


class SystemClock(Clock):
    """The operating system's clock."""

    def now(self) -> int:
        return epoch_ms()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


class SystemChance(Chance):
    """The operating system's randomness."""

    def token(self) -> str:
        return os.urandom(16).hex()


class RandomIds(Ids):
    """ULIDs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        return sortable_id(self._clock.now(), os.urandom(10))
