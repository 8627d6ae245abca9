"""Quiet hours by the member's clock, over real zones and their clock changes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.channel import Channel
from ariia.domain.local_time import local_of
from ariia.domain.rules.quiet_hours import WEEKDAYS, QuietHours, opening

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
NIGHT = QuietHours("21:00", "08:00")
times = st.times().map(lambda one: f"{one:%H:%M}")
hours = st.builds(
    lambda pair, days: QuietHours(pair[0], pair[1], list(days)),
    st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]),
    st.sets(st.sampled_from(WEEKDAYS), max_size=6),
)
instants = st.integers(946_684_800, 2_051_222_400).map(lambda second: second * 1000)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def is_quiet(quiet: QuietHours, now: int, zone: str) -> bool:
    """Whether a message has to wait."""
    return quiet.opening(now, zone) > now


@pytest.mark.parametrize(
    ("now", "zone", "opens"),
    [
        ("2026-06-01T12:00", "Europe/Berlin", "2026-06-01T12:00"),
        ("2026-06-01T18:59", "Europe/Berlin", "2026-06-01T18:59"),
        ("2026-06-01T19:00", "Europe/Berlin", "2026-06-02T06:00"),
        ("2026-06-02T05:59", "Europe/Berlin", "2026-06-02T06:00"),
        ("2026-06-01T19:00", "America/New_York", "2026-06-01T19:00"),
        # The night of the jump: eight o'clock comes an hour earlier.
        ("2026-03-28T22:00", "Europe/Berlin", "2026-03-29T06:00"),
        ("2026-03-27T22:00", "Europe/Berlin", "2026-03-28T07:00"),
    ],
)
def test_the_night_is_quiet_by_the_clock_of_the_zone(now: str, zone: str, opens: str) -> None:
    assert NIGHT.opening(utc(now), zone) == utc(opens)
    assert is_quiet(NIGHT, utc(now), zone) == (now != opens)


def test_a_closed_day_ends_at_midnight_and_then_the_night_goes_on() -> None:
    sunday = QuietHours("21:00", "08:00", ["sunday"])
    assert sunday.opening(utc("2026-06-07T10:00"), "Europe/Berlin") == utc("2026-06-08T06:00")
    assert QuietHours(days=["sunday"]).opening(utc("2026-06-07T10:00"), "Europe/Berlin") == utc("2026-06-07T22:00")


def test_an_hour_that_comes_twice_stays_quiet_until_it_is_over() -> None:
    until_half_past_two = QuietHours("22:00", "02:30")
    assert until_half_past_two.opening(utc("2026-10-24T23:00"), "Europe/Berlin") == utc("2026-10-25T01:30")
    # And quiet hours that begin in it do not open again when the clocks go back.
    from_half_past_two = QuietHours("02:30", "08:00")
    assert from_half_past_two.opening(utc("2026-10-25T01:10"), "Europe/Berlin") == utc("2026-10-25T07:00")


def test_an_end_that_is_skipped_is_the_jump() -> None:
    assert QuietHours("22:00", "02:30").opening(utc("2026-03-28T23:00"), "Europe/Berlin") == utc("2026-03-29T01:00")


@given(hours, instants, st.sampled_from(ZONES))
def test_it_opens_when_nothing_is_quiet_and_not_later(quiet: QuietHours, now: int, zone: str) -> None:
    opens = quiet.opening(now, zone)
    assert not is_quiet(quiet, opens, zone)
    assert (opens == now) == (not is_quiet(quiet, now, zone))
    assert opens == now or is_quiet(quiet, opens - 1000, zone)
    # Nowhere in between could it have opened.
    step = max(60_000, (opens - now) // 50)
    assert all(is_quiet(quiet, one, zone) for one in range(now, opens, step))


@given(hours, instants, st.sampled_from(ZONES))
def test_nothing_leaves_while_the_clock_shows_a_quiet_hour(quiet: QuietHours, now: int, zone: str) -> None:
    shown = local_of(now, zone)
    clock = f"{shown:%H:%M}"
    assert quiet.start is not None
    assert quiet.end is not None
    within = quiet.start <= clock < quiet.end
    across = quiet.start > quiet.end and (clock >= quiet.start or clock < quiet.end)
    if within or across or WEEKDAYS[shown.weekday()] in quiet.days:
        assert is_quiet(quiet, now, zone)


def test_a_channel_without_quiet_hours_is_always_open() -> None:
    night = utc("2026-06-01T23:00")
    assert opening({"email": NIGHT}, Channel.SMS, "UTC", night) == night
    assert opening({"email": NIGHT}, Channel.EMAIL, "UTC", night) == utc("2026-06-02T08:00")


@pytest.mark.parametrize(
    ("quiet", "field"),
    [
        (QuietHours("9:00", "10:00"), "q.start"),
        (QuietHours("09:00", "24:00"), "q.end"),
        (QuietHours("09:00", "09:00"), "q.end"),
        (QuietHours("09:00"), "q.end"),
        (QuietHours(days=["funday"]), "q.days"),
        (QuietHours(days=list(WEEKDAYS)), "q.days"),
    ],
)
def test_what_is_wrong_is_named(quiet: QuietHours, field: str) -> None:
    assert [one.field for one in quiet.problems("q")] == [field]
