"""Local time as an instant, over real zones and their clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.local_time import at_local, at_local_last, behaviour, local_of

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
locals_ = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)).map(lambda one: one.replace(microsecond=0))


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("local", "zone", "first", "last"),
    [
        ("2026-06-01T09:00", "Europe/Berlin", "2026-06-01T07:00", "2026-06-01T07:00"),
        # Skipped: 02:00 to 03:00 on 29 March 2026.
        ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T01:00"),
        # Repeated: 02:00 to 03:00 on 25 October 2026.
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:30"),
        # Half an hour only, on an island.
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30", "2026-10-03T15:30"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-04T15:15"),
        # A whole day that never was.
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_skipped_and_repeated_times(local: str, zone: str, first: str, last: str) -> None:
    wanted = datetime.fromisoformat(local)
    assert (at_local(wanted, zone), at_local_last(wanted, zone)) == (utc(first), utc(last))


@given(locals_, st.sampled_from(ZONES))
def test_it_is_the_first_instant_at_which_the_clocks_show_the_time_or_have_jumped_past_it(
    local: datetime, zone: str
) -> None:
    instant = at_local(local, zone)
    assert local_of(instant, zone) >= local
    # A second before, the clocks show less; where they show it twice, this is the first time.
    assert local_of(instant - 1000, zone) < local
    assert instant <= at_local_last(local, zone)


@given(st.integers(utc("1995-01-01"), utc("2035-01-01")), st.sampled_from(ZONES))
def test_clocks_show_what_the_zone_says(instant: int, zone: str) -> None:
    shown = datetime.fromtimestamp(instant // 1000, ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    assert local_of(instant // 1000 * 1000, zone) == shown


@given(st.integers(utc("2000-01-01"), utc("2035-01-01")), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_zones_that_behave_alike_show_the_same_all_the_time(start: int, one: str, other: str) -> None:
    days = 20
    alike = behaviour(one, start, days) == behaviour(other, start, days)
    hours = range(days * 24)
    shown = [
        local_of(start + hour * 3_600_000, one) - local_of(start + hour * 3_600_000, other) == timedelta()
        for hour in hours
    ]
    assert all(shown) or not alike


def test_behaviour_names_the_instant_of_a_change() -> None:
    start = utc("2026-03-20T00:00")
    assert behaviour("Europe/Berlin", start, 20) == ((start, 3600), (utc("2026-03-29T01:00"), 7200))
    assert behaviour("Europe/Berlin", start, 20) == behaviour("Europe/Rome", start, 20)
    assert behaviour("Europe/Berlin", start, 20) != behaviour("Africa/Lagos", start, 20)
