"""When how much leaves, in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ariia.domain.preflight.arithmetic import DaySlice, duration
from ariia.domain.preflight.words import days_in_words

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_two_days_by_the_tenants_clocks() -> None:
    now = at("2026-11-22T07:40")
    takes = duration(14_200, now=now, per_second=14, daily_quota=9_000, remaining=9_000)
    assert takes is not None
    assert days_in_words(takes.days, now, BERLIN) == "9,000 today, 5,200 tomorrow from 07:40"
    # The same instants are another time of day elsewhere.
    assert days_in_words(takes.days, now, "Asia/Tokyo") == "9,000 today, 5,200 tomorrow from 15:40"


def test_24_hours_later_is_another_time_of_day_where_the_clocks_change() -> None:
    now = at("2026-10-24T07:40")
    days = [DaySlice(now, 10), DaySlice(now + 86_400_000, 5)]
    assert days_in_words(days, now, BERLIN) == "10 today, 5 tomorrow from 06:40"


def test_later_days_are_dates_and_long_lists_end() -> None:
    now = at("2026-11-22T07:40")
    days = [DaySlice(now + day * 86_400_000, 200) for day in range(6)]
    words = days_in_words(days, now, BERLIN)
    assert words.startswith("200 today, 200 tomorrow from 07:40, 200 on 2026-11-24 from 07:40")
    assert words.endswith("and so on for 2 more days")


def test_scheduled_send_begins_at_its_time() -> None:
    now = at("2026-11-22T07:40")
    assert days_in_words([DaySlice(at("2026-11-22T18:00"), 50)], now, BERLIN) == "50 today from 18:00"
