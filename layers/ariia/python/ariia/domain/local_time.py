"""Wall-clock time in a zone, as an instant. A time that a clock change skips means the first instant after the gap; one
that happens twice means its first occurrence, unless the last is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(instant: int) -> str:
    """An instant (epoch ms) as ISO 8601 in UTC, with milliseconds."""
    seconds, ms = divmod(instant, 1000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms:03d}Z"


def at_local(local: datetime, zone: str) -> int:
    """The instant (epoch ms) at which clocks in `zone` (an IANA name) first show `local` (without a zone)."""
    return _resolve(local, zone, 0)


def at_local_last(local: datetime, zone: str) -> int:
    """As `at_local`, but the last such instant where there are two."""
    return _resolve(local, zone, 1)


def local_of(instant: int, zone: str) -> datetime:
    """What clocks in `zone` show at `instant` (epoch ms), without a zone."""
    return _aware(instant).astimezone(_zone(zone)).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str, *, last: bool = False) -> int:
    """The instant (epoch ms) at which `day` begins in `zone`."""
    return _resolve(datetime.combine(day, time()), zone, int(last))


@lru_cache(maxsize=1024)
def behaviour(zone: str, start: int, days: int) -> tuple[tuple[int, int], ...]:
    """The offsets (seconds) of `zone` from `start` (epoch ms) on for `days`, each with the instant it begins to hold.
    Zones with the same answer can't be told apart in that time."""
    steps = [(start, _offset(start, zone))]
    for day in range(days):
        before, after = start + day * DAY_MS, start + (day + 1) * DAY_MS
        if _offset(after, zone) != _offset(before, zone):
            change = _first_with(_offset(after, zone), before, after, zone)
            steps.append((change, _offset(after, zone)))
    return tuple(steps)


@lru_cache(maxsize=4096)
def _resolve(local: datetime, zone: str, fold: int) -> int:
    info = _zone(zone)
    instant = _ms(local.replace(tzinfo=info, fold=fold))
    if local_of(instant, zone) == local:
        return instant
    # In a gap, fold 0 counts with the offset before it and lies behind it; fold 1 the other way round (PEP 495).
    behind = _ms(local.replace(tzinfo=info, fold=0))
    ahead = _ms(local.replace(tzinfo=info, fold=1))
    return _first_with(_offset(behind, zone), ahead, behind, zone)


def _first_with(offset: int, low: int, high: int, zone: str) -> int:
    """The first instant in (low, high] from which `offset` holds, to the second (all changes fall on one)."""
    first, last = low // 1000, high // 1000
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(middle * 1000, zone) == offset:
            last = middle
        else:
            first = middle
    return last * 1000


def _offset(instant: int, zone: str) -> int:
    offset = _aware(instant).astimezone(_zone(zone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _aware(instant: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=instant)


def _ms(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=640)
def _zone(name: str) -> ZoneInfo:
    # Loaded when a clock is asked for, which most of what is sent never does: a cold start goes without it.
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
