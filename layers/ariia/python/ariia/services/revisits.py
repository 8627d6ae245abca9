"""The one way to look at something again later: one-time schedules, so that nothing polls while nothing is open."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.revisits import Revisit
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules

# An instant long past: the look starts as soon as it can, and arranging it again before it started has no effect.
SOON = 0
# EventBridge Scheduler refuses an instant in the past, and the request itself takes a moment.
SOON_MS = 5_000
# Longer than a request of the API lasts (29 s). A look that is arranged before its record is stored starts after it.
REQUEST_MS = 30_000


class Revisits:
    """Arranges looks. A look may start late, twice, or after `done`, and must find out by itself whether it is due."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def arrange(self, revisit: Revisit, at: int, soonest_ms: int = SOON_MS) -> None:
        """Arranges a look at `at` (epoch ms), `soonest_ms` from now at the earliest. One that is arranged for the same
        second already has no effect. TransientError: try again."""
        self._schedules.create(revisit.name(at), max(at, self._clock.now() + soonest_ms), revisit.payload)

    def done(self, revisit: Revisit, at: int) -> None:
        """Takes the look that was arranged for `at` back; no effect when it has started. TransientError: try again."""
        self._schedules.delete(revisit.name(at))

    def look(self, revisit: Revisit, after_ms: int, work: Callable[[int], int | None]) -> int | None:
        """Does `work` and arranges the look that it asks for: it returns when (epoch ms), or None when all is over.

        A safety look is arranged first, about `after_ms` ahead, and taken back at the end: a crash or an error of
        `work`, which is raised, leaves it behind. Its instant is handed to `work`, which returns it to keep it.
        Returns what `work` returned.
        """
        again = self._again(after_ms)
        safety = f"{revisit.name(again)}-again"
        self._schedules.create(safety, again, revisit.payload)
        wake_at = work(again)
        if wake_at is not None and wake_at != again:
            self.arrange(revisit, wake_at)
        if wake_at != again:
            self._schedules.delete(safety)
        return wake_at

    def _again(self, after_ms: int) -> int:
        """The first multiple of a quarter of `after_ms` that is so far ahead. Looks that failed, and were repeated, so
        share a few safety looks: were each to leave one of its own, an outage would triple them every time."""
        cell = after_ms // 4
        return -(-(self._clock.now() + after_ms) // cell) * cell
