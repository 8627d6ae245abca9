"""Calendar rules: the part of RFC 5545 (RRULE, section 3.3.10) that makes something happen at most once a day. A rule
is evaluated on what clocks show; what instant that is, gaps and repetitions included, is decided by `local_time`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from ariia.domain.errors import InvalidError, Problem
from ariia.domain.local_time import DAY_MS, local_of
from ariia.domain.text_values import FieldError, timezone

# Leap days of monthly rules lie eight years apart where a century leaves one out.
HORIZON = timedelta(days=3_660)
FURTHEST_START_DAYS = 366
_Frequency = Literal[1, 2, 3]  # as dateutil numbers them
_FREQUENCIES: dict[str, _Frequency] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY}
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY", "BYHOUR", "BYMINUTE", "BYSECOND"}
_WEEKDAYS = {"MO": MO, "TU": TU, "WE": WE, "TH": TH, "FR": FR, "SA": SA, "SU": SU}
_PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL")
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_MOST_TIMES, _MOST_INTERVAL = 5_000, 100


@dataclass(frozen=True)
class CalendarRule:
    """When something recurs: `rrule` from the day `starts_on` (ISO 8601) on, at `local_time` (HH:MM) by the clocks of
    `timezone` (an IANA name; empty = the tenant's, which a series names as soon as it holds the rule)."""

    rrule: str
    starts_on: str
    local_time: str
    timezone: str

    @property
    def start(self) -> datetime:
        """The first moment that the rule may mean, without a zone."""
        return datetime.combine(date.fromisoformat(self.starts_on), time.fromisoformat(self.local_time))


def require_rule(rule: CalendarRule, now: int) -> None:
    """InvalidError naming each field that is wrong: what is no rule, is none of those that are understood, or starts
    too far from `now` (epoch ms)."""
    problems = [one for one in (_zone_problem(rule), _time_problem(rule), _start_problem(rule, now)) if one is not None]
    try:
        if not problems:
            _parsed(rule)
    except _RuleError as error:
        problems.append(Problem("rule.rrule", error.message, value=rule.rrule, allowed=error.allowed))
    if problems:
        raise InvalidError("the calendar rule is not valid", problems=problems)


def never(rule: CalendarRule, message: str) -> InvalidError:
    """For a rule that has no occurrence where one is needed."""
    allowed = f"a rule with an occurrence that is to come, at most {HORIZON.days // 366} years after the one before"
    return InvalidError(f"the rule {message}", problems=[Problem("rule.rrule", message, rule.rrule, allowed)])


def moments(rule: CalendarRule, after: datetime | None = None) -> Iterator[datetime]:
    """The occurrences of a valid rule behind `after`, as local times without a zone, in order; those that lie more than
    ten years behind it, or behind the start, are left out."""
    parsed = _parsed(rule)
    horizon = max(rule.start, after or rule.start) + HORIZON
    every = rrule(
        parsed.frequency,
        dtstart=rule.start,
        interval=parsed.interval,
        byweekday=[_WEEKDAYS[name](number) if number else _WEEKDAYS[name] for number, name in parsed.days] or None,
        bymonthday=parsed.month_days or None,
        until=min(parsed.until or horizon, horizon),
    )
    return (one for one in islice(every, parsed.count) if after is None or one > after)


class _RuleError(Exception):
    def __init__(self, message: str, allowed: object) -> None:
        super().__init__(message)
        self.message, self.allowed = message, allowed


@dataclass(frozen=True)
class _Parsed:
    frequency: _Frequency
    interval: int
    days: list[tuple[int | None, str]]
    month_days: list[int]
    count: int | None
    until: datetime | None


def _parsed(rule: CalendarRule) -> _Parsed:
    parts = _parts(rule.rrule)
    name = parts.get("FREQ", "")
    if name not in _FREQUENCIES:
        raise _RuleError(_unknown(name, "has no FREQ that is understood"), [f"FREQ={one}" for one in _FREQUENCIES])
    if "COUNT" in parts and "UNTIL" in parts:
        raise _RuleError("has both COUNT and UNTIL", "one of them, or neither")
    return _Parsed(
        _FREQUENCIES[name],
        _number(parts, "INTERVAL", 1, _MOST_INTERVAL) or 1,
        _days(parts, name),
        _month_days(parts, name),
        _number(parts, "COUNT", 1, _MOST_TIMES),
        _until(parts, rule),
    )


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if name not in _PARTS or not equals or not value:
            raise _RuleError(_unknown(name, f"has a part that is not understood: {part[:40]!r}"), list(_PARTS))
        if name in found:
            raise _RuleError(f"has {name} twice", "each part once")
        found[name] = value
    return found


def _unknown(name: str, message: str) -> str:
    return f"happens more often than once a day ({name})" if name in _TOO_OFTEN else message


def _number(parts: dict[str, str], name: str, least: int, most: int) -> int | None:
    if name not in parts:
        return None
    return _integer(parts[name], name, lambda number: least <= number <= most, f"{least} to {most}")


def _integer(text: str, name: str, fits: Callable[[int], bool], allowed: str) -> int:
    number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,4}", text) else None
    if number is None or not fits(number):
        raise _RuleError(f"has {name}={text[:20]}", f"{name} {allowed}")
    return number


def _days(parts: dict[str, str], frequency: str) -> list[tuple[int | None, str]]:
    found = []
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else []:
        match = _DAY.fullmatch(text)
        if match is None or (match[1] and frequency != "MONTHLY"):
            allowed = "MO, TU, WE, TH, FR, SA, SU; with FREQ=MONTHLY also as 1MO to 5SU and -1MO to -5SU"
            raise _RuleError(f"has BYDAY={text[:20]}", allowed)
        found.append((int(match[1]) if match[1] else None, match[2]))
    return found


def _month_days(parts: dict[str, str], frequency: str) -> list[int]:
    if "BYMONTHDAY" in parts and frequency == "WEEKLY":
        raise _RuleError("has BYMONTHDAY in a weekly rule", "BYMONTHDAY with FREQ=DAILY or FREQ=MONTHLY")
    allowed = "1 to 31, or -1 (the last day of the month) to -31"
    texts = parts["BYMONTHDAY"].split(",") if "BYMONTHDAY" in parts else []
    return [_integer(one, "BYMONTHDAY", lambda number: 1 <= abs(number) <= 31, allowed) for one in texts]


def _until(parts: dict[str, str], rule: CalendarRule) -> datetime | None:
    """The last moment, by the rule's own clocks; a day alone is meant as a whole."""
    if "UNTIL" not in parts:
        return None
    match = _UNTIL.fullmatch(parts["UNTIL"])
    try:
        if match is None:
            raise ValueError
        moment = datetime.strptime(f"{match[1]}{match[2] or '235959'}", "%Y%m%d%H%M%S")
        if match[3] is None:
            return moment
        return local_of((moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1), rule.timezone)
    except (ValueError, OverflowError):
        allowed = "UNTIL=20261231, 20261231T090000 (local) or 20261231T080000Z"
        raise _RuleError(f"has UNTIL={parts['UNTIL'][:20]}", allowed) from None


def _zone_problem(rule: CalendarRule) -> Problem | None:
    try:
        timezone(rule.timezone)
    except FieldError as error:
        return error.problem("rule.timezone", rule.timezone)
    return None


def _time_problem(rule: CalendarRule) -> Problem | None:
    if _CLOCK.fullmatch(rule.local_time):
        return None
    return Problem("rule.local_time", "is no time of day", rule.local_time, "00:00 to 23:59")


def _start_problem(rule: CalendarRule, now: int) -> Problem | None:
    allowed = f"a day such as 2026-03-02, at most {FURTHEST_START_DAYS} days ahead and ten years back"
    try:
        day = date.fromisoformat(rule.starts_on)
    except ValueError:
        return Problem("rule.starts_on", "is no day", rule.starts_on, allowed)
    furthest = local_of(now + FURTHEST_START_DAYS * DAY_MS, "UTC").date()
    earliest = local_of(now, "UTC").date() - HORIZON
    if earliest <= day <= furthest:
        return None
    return Problem("rule.starts_on", "lies too far from today", rule.starts_on, allowed)
