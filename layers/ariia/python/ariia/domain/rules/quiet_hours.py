"""Quiet hours: when nothing may leave for a member, by the member's own clock. This is the one place that decides it:
campaigns open and close their waves by it, the eligibility check before every call asks it again, and single
messages too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ariia.domain.channel import Channel
from ariia.domain.errors import Problem
from ariia.domain.local_time import at_local, at_local_last, local_of, midnight

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# Six closed days, and quiet hours before and behind them.
_LONGEST_STEPS = 24


@dataclass(frozen=True)
class QuietHours:
    """Closed each day from `start` until `end` (HH:MM by the clock of the member; across midnight when `end` is not
    behind `start`; None: no hours), and on the whole of `days`. What a clock change repeats stays quiet until its last
    occurrence is over; what it skips is over when the clocks have jumped."""

    start: str | None = None
    end: str | None = None
    days: list[str] = field(default_factory=list)

    def opening(self, now: int, zone: str) -> int:
        """The first instant (epoch ms) from `now` on at which a message may leave for somebody in `zone`."""
        for _ in range(_LONGEST_STEPS):
            end = self._end_of_quiet(now, zone)
            if end is None:
                return now
            now = end
        return now

    def problems(self, name: str) -> list[Problem]:
        """Everything wrong with it; `name` is the field that holds it."""
        found = []
        for part in ("start", "end"):
            value = getattr(self, part)
            if value is not None and not _TIME.fullmatch(value):
                found.append(Problem(f"{name}.{part}", "is not a time of day", value=value, allowed="HH:MM"))
        if (self.start is None) != (self.end is None) or (self.start is not None and self.start == self.end):
            found.append(Problem(f"{name}.end", "must differ from start, and both be there or neither", self.end))
        unknown = [day for day in self.days if day not in WEEKDAYS]
        if unknown or len(set(self.days)) == len(WEEKDAYS):
            message = "never lets a message leave" if not unknown else "holds what is no weekday"
            found.append(Problem(f"{name}.days", message, value=self.days, allowed=list(WEEKDAYS)))
        return found

    def _end_of_quiet(self, now: int, zone: str) -> int | None:
        today = local_of(now, zone).date()
        # Around a clock change or a change of the date line a day may be missing or repeated.
        for day in (today + timedelta(days=one) for one in (-2, -1, 0, 1)):
            for begin, end in self._closed_on(day, zone):
                if begin <= now < end:
                    return end
        return None

    def _closed_on(self, day: date, zone: str) -> Iterator[tuple[int, int]]:
        if self.start is not None and self.end is not None:
            start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
            last_day = day if end > start else day + timedelta(days=1)
            yield at_local(datetime.combine(day, start), zone), at_local_last(datetime.combine(last_day, end), zone)
        if WEEKDAYS[day.weekday()] in self.days:
            yield midnight(day, zone), midnight(day + timedelta(days=1), zone, last=True)


def opening(hours: Mapping[str, QuietHours], channel: Channel, zone: str, now: int) -> int:
    """The first instant (epoch ms) from `now` on at which a message may leave on `channel` for somebody in `zone`;
    `hours` are those of the tenant's settings, by channel."""
    quiet = hours.get(channel)
    return quiet.opening(now, zone) if quiet is not None else now
