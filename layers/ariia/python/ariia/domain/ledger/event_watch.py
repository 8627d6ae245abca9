"""Whether every event that was published until an instant is recorded, told from what a busy queue hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INTERVAL_MS = 10_000
# A watch that nobody extends for so long is off, and begins anew.
WATCH_MS = 30 * 60_000
# An unrecorded event is handed out at least this often in a window: as often may a recorder crash before its note.
_CHANCES = 2
# From the instant a message is visible to its note: picking it up, the recorder's whole time, and a cold start; then an
# interval that has just begun, and clocks that differ.
_NOTED_WITHIN_MS = 60_000
SKEW_MS = 5_000


@dataclass(frozen=True)
class EventWatch:
    """While it is on, each recorder notes the oldest event it was handed, before it does anything else. `begun_at`,
    `ends_at`: epoch ms; `oldest`: by the number of the interval (epoch ms / INTERVAL_MS), when the oldest event handed
    out in it was published (epoch ms)."""

    begun_at: int
    ends_at: int
    oldest: Mapping[int, int] = field(default_factory=dict)

    def has_settled(self, until: int, now: int, hidden_ms: int) -> bool:
        """True when nothing published at or before `until` waits or is hidden any more (all epoch ms). `hidden_ms`: how
        long a queue hides what it has handed out. What a crashed recorder had comes again after that time, and is
        noted then: a whole window without one so old shows that there is none."""
        start = max(until, self.begun_at) + window_ms(hidden_ms)
        noted = self._noted_since(now, hidden_ms)
        return start <= now < self.ends_at and bool(noted) and min(noted) > until + SKEW_MS

    def is_silent(self, now: int, hidden_ms: int) -> bool:
        """True when nothing was handed out for a whole window that was watched."""
        return now >= self.begun_at + window_ms(hidden_ms) and not self._noted_since(now, hidden_ms)

    def _noted_since(self, now: int, hidden_ms: int) -> list[int]:
        first = interval_of(now - window_ms(hidden_ms))
        return [oldest for interval, oldest in self.oldest.items() if interval >= first]


def window_ms(hidden_ms: int) -> int:
    """How far back the notes are looked at (ms)."""
    return _CHANCES * hidden_ms + _NOTED_WITHIN_MS


def interval_of(at: int) -> int:
    """The interval in which an instant (epoch ms) lies."""
    return at // INTERVAL_MS
