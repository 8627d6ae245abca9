"""Frequency caps: how many messages a member gets in a day, a week and a month, over all paths."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ariia.domain.errors import Problem

_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS
# A message is noted before it is handed over, by a clock that may be off a little: windows are that much longer, so
# that the caps hold by the provider's clock too.
_SLACK_MS = 60_000
MAX_MESSAGES = 100
MAX_DEFER_HOURS = 720
_NAME_LENGTH = 12


class Overflow(StrEnum):
    """What becomes of a message to somebody who has had enough: it waits (`defer`), or it is not sent (`exclude`)."""

    DEFER = "defer"
    EXCLUDE = "exclude"


@dataclass(frozen=True)
class FrequencyCap:
    """At most so many messages to a member in any 24 hours, 7 days and 30 days; None = no limit. What is deferred waits
    at most `defer_hours` and is excluded then."""

    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    overflow: Overflow = Overflow.EXCLUDE
    defer_hours: int = 72

    @property
    def windows(self) -> list[tuple[int, int]]:
        """(length in ms, most messages in it) of each limit that there is."""
        limits = ((DAY_MS, self.per_day), (7 * DAY_MS, self.per_week), (30 * DAY_MS, self.per_month))
        return [(length + _SLACK_MS, most) for length, most in limits if most is not None]

    def free_at(self, sends: Iterable[RecentSend], now: int) -> int:
        """The first instant (epoch ms) from `now` on at which one more message respects every limit."""
        newest_first = sorted((one.at for one in sends), reverse=True)
        free = now
        for length, most in self.windows:
            if len(newest_first) >= most:
                free = max(free, newest_first[most - 1] + length)
        return free

    def problems(self, name: str) -> list[Problem]:
        """Everything wrong with it; `name` is the field that holds it."""
        allowed = f"1 to {MAX_MESSAGES}, or null"
        limits = {"per_day": self.per_day, "per_week": self.per_week, "per_month": self.per_month}
        found = [
            Problem(f"{name}.{one}", "is not a number of messages", value=most, allowed=allowed)
            for one, most in limits.items()
            if most is not None and not 1 <= most <= MAX_MESSAGES
        ]
        if all(most is None for most in limits.values()):
            found.append(Problem(f"{name}.per_day", "is not limited, and neither is anything else", None, allowed))
        if not 1 <= self.defer_hours <= MAX_DEFER_HOURS:
            bounds = f"1 to {MAX_DEFER_HOURS}"
            found.append(Problem(f"{name}.defer_hours", "is out of bounds", value=self.defer_hours, allowed=bounds))
        return found


@dataclass(frozen=True)
class RecentSend:
    """A message that was sent to a member, or was about to be: `message` names it (see `message_name`), at `at` (epoch
    ms)."""

    message: str
    at: int


def message_name(campaign_id: str, lane: str) -> str:
    """A short name for what a campaign or container sends to a member in a lane: the same at every attempt, so that a
    message that is tried again counts once."""
    return hashlib.sha256(f"{campaign_id}#{lane}".encode()).hexdigest()[:_NAME_LENGTH]


def with_send(sends: Iterable[RecentSend], new: RecentSend) -> tuple[RecentSend, ...]:
    """`sends` with `new` in place of an earlier note of the same message, newest first, as far as limits ask for it."""
    others = [one for one in without(sends, new.message) if one.at > new.at - 30 * DAY_MS - _SLACK_MS]
    return tuple(sorted([new, *others], key=lambda one: -one.at)[:MAX_MESSAGES])


def without(sends: Iterable[RecentSend], message: str) -> tuple[RecentSend, ...]:
    """`sends` without the note of that message."""
    return tuple(one for one in sends if one.message != message)
