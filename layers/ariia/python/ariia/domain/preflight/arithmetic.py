"""The preflight's arithmetic: who will get a message, who won't and why, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

DAY_SECONDS = 86_400
MAX_DAYS = 31


@dataclass(frozen=True)
class DaySlice:
    """How many messages leave in the 24 hours from `at` (epoch ms)."""

    at: int
    messages: int


@dataclass(frozen=True)
class Duration:
    """How long sending takes at the account's rate and 24-hour quota. `days` holds the first 31 days at most."""

    per_second: float
    seconds: int
    finishes_at: int
    days: list[DaySlice]


def duration(messages: int, *, now: int, per_second: float, daily_quota: float, remaining: float) -> Duration | None:
    """When `messages` would be out if all else stood still; None when the account may not send at all.

    The quota is of any 24 hours, so what does not fit now may go 24 hours later at the latest (`daily_quota` < 0 =
    unlimited)."""
    by_rate = floor(per_second * DAY_SECONDS)
    full = min(by_rate, floor(daily_quota)) if daily_quota >= 0 else by_rate
    today = min(messages, by_rate, floor(min(remaining, by_rate)))
    rest = messages - today
    if rest and full < 1:
        return None
    more_days = ceil(rest / full) if rest else 0
    last = rest - (more_days - 1) * full if more_days else today
    parts = [today, *(min(full, rest - day * full) for day in range(min(more_days, MAX_DAYS)))]
    days = [DaySlice(now + day * DAY_SECONDS * 1000, part) for day, part in enumerate(parts) if part]
    seconds = more_days * DAY_SECONDS + (ceil(last / per_second) if last else 0)
    return Duration(per_second, seconds, now + seconds * 1000, days[:MAX_DAYS])
