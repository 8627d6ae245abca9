"""The two sending limits of an SES account: recipients per second, and recipients in any 24 hours.

Both count recipients, never calls (SES Developer Guide, "Managing your Amazon SES sending limits").
Not thread-safe by themselves: the simulator's lock guards them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

DAY_SECONDS = 86_400.0


class SendRate:
    """A token bucket that holds one second of sending."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._filled_at = clock()
        self.per_second = per_second
        self._tokens = self.capacity

    @property
    def capacity(self) -> float:
        """Recipients that fit into one call at most; an account may always send one."""
        return max(1.0, self.per_second)

    def set(self, per_second: float) -> None:
        """Changes the rate at once; unused tokens beyond the new second of burst are lost."""
        self._refill()
        self.per_second = per_second
        self._tokens = min(self._tokens, self.capacity) if per_second > 0 else 0.0

    def refill_completely(self) -> None:
        """Forgets recent sends."""
        self._filled_at = self._clock()
        self._tokens = self.capacity

    def take(self, recipients: int) -> bool:
        """True when that many recipients may be sent to now (they are then used up)."""
        self._refill()
        if self._tokens < recipients:
            return False
        self._tokens -= recipients
        return True

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self.capacity, self._tokens + (now - self._filled_at) * self.per_second)
        self._filled_at = now


class DailyQuota:
    """A sliding window of 24 hours in steps of one minute."""

    def __init__(self, maximum: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.maximum = maximum
        self._minutes: deque[tuple[int, int]] = deque()
        self._sent = 0

    @property
    def sent(self) -> int:
        """Recipients of the last 24 hours."""
        oldest = int((self._clock() - DAY_SECONDS) // 60)
        while self._minutes and self._minutes[0][0] <= oldest:
            self._sent -= self._minutes.popleft()[1]
        return self._sent

    def fits(self, recipients: int) -> bool:
        """Whether that many more may be sent; a maximum of -1 is unlimited, as GetAccount reports it."""
        return self.maximum < 0 or self.sent + recipients <= self.maximum

    def record(self, recipients: int, at: float | None = None) -> None:
        """Counts recipients as sent at `at` (epoch seconds, now by default)."""
        minute = int((self._clock() if at is None else at) // 60)
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1] = (minute, self._minutes[-1][1] + recipients)
        else:
            self._minutes.append((minute, recipients))
        self._sent += recipients

    def set_sent(self, recipients: int) -> None:
        """Replaces the history by that many recipients sent just now."""
        self._minutes.clear()
        self._sent = 0
        if recipients:
            self.record(recipients)
