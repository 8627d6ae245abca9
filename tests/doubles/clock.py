"""A clock that a test moves, and ids that count."""

from __future__ import annotations

from ariia.ports.clock import Chance, Clock, Ids


class ManualClock(Clock):
    """Stands still until it is told otherwise; sleeping moves it."""

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Moves the clock on by `seconds`."""
        self._now += round(seconds * 1000)


class CountingChance(Chance):
    """000…1, 000…2, …"""

    def __init__(self) -> None:
        self._count = 0

    def token(self) -> str:
        self._count += 1
        return f"{self._count:032x}"


class CountingIds(Ids):
    """id-1, id-2, …"""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix, self._count = prefix, 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"
