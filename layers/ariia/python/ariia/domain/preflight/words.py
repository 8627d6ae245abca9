"""What a preflight says in words: when how much leaves, by the tenant's clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ariia.domain.preflight.arithmetic import DaySlice

_SHOWN = 4


def days_in_words(days: Sequence[DaySlice], now: int, zone: str) -> str:
    """ "9,000 today, 5,200 tomorrow from 07:40": days are those of `zone` (IANA), seen from `now` (epoch ms)."""
    today = _local(now, zone).date()
    parts = [_slice(one, now, today, zone) for one in days[:_SHOWN]]
    rest = len(days) - _SHOWN
    if rest > 0:
        parts.append(f"and so on for {rest} more {'day' if rest == 1 else 'days'}")
    return ", ".join(parts)


def _slice(one: DaySlice, now: int, today: date, zone: str) -> str:
    moment = _local(one.at, zone)
    day = {today: "today", today + timedelta(days=1): "tomorrow"}.get(moment.date(), f"on {moment:%Y-%m-%d}")
    return f"{one.messages:,} {day}" + (f" from {moment:%H:%M}" if one.at > now else "")


def _local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
