"""Calendar rules: what they mean, what of RFC 5545 is understood, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import InvalidError
from ariia.domain.series.recurrence import CalendarRule, moments, require_rule
from ariia.domain.series.series import LEAD_MS, Series

NOW = round(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
MONDAY = CalendarRule("FREQ=WEEKLY;BYDAY=MO", "2026-03-02", "09:00", "Europe/Berlin")
_HOUR_MS = 3_600_000


def rule(text: str, **fields: str) -> CalendarRule:
    return replace(MONDAY, rrule=text, **fields)


def days(one: CalendarRule, count: int = 4, after: str | None = None) -> list[str]:
    found = moments(one, datetime.fromisoformat(after) if after else None)
    return [f"{moment:%m-%d}" for moment in islice(found, count)]


def series(one: CalendarRule, **draft: bool) -> Series:
    return Series("s1", "gym", Campaign("s1", "gym", "News", **draft), one)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=DAILY", "2026-03-02", ["03-02", "03-03", "03-04", "03-05"]),
        ("FREQ=DAILY;INTERVAL=3", "2026-03-02", ["03-02", "03-05", "03-08", "03-11"]),
        ("FREQ=DAILY;BYDAY=SA,SU", "2026-03-02", ["03-07", "03-08", "03-14", "03-15"]),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-02", ["03-02", "03-09", "03-16", "03-23"]),
        ("FREQ=WEEKLY", "2026-03-04", ["03-04", "03-11", "03-18", "03-25"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "2026-03-02", ["03-03", "03-05", "03-17", "03-19"]),
        ("freq=weekly;byday=mo", "2026-03-02", ["03-02", "03-09", "03-16", "03-23"]),
        # Months without the day have no occurrence (RFC 5545, 3.3.10).
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-03-01", ["03-31", "05-31", "07-31", "08-31"]),
        ("FREQ=MONTHLY", "2026-01-31", ["01-31", "03-31", "05-31", "07-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-02-01", ["02-28", "03-31", "04-30", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-01", ["03-27", "04-24", "05-29", "06-26"]),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "2026-03-01", ["03-02", "03-16", "04-06", "04-20"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-03-01", ["03-13", "11-13", "08-13", "10-13"]),
        ("FREQ=DAILY;COUNT=2", "2026-03-02", ["03-02", "03-03"]),
        # A day is meant as a whole; a local moment and one in UTC are the same moment.
        ("FREQ=DAILY;UNTIL=20260303", "2026-03-02", ["03-02", "03-03"]),
        ("FREQ=DAILY;UNTIL=20260303T090000", "2026-03-02", ["03-02", "03-03"]),
        ("FREQ=DAILY;UNTIL=20260303T085959", "2026-03-02", ["03-02"]),
        ("FREQ=DAILY;UNTIL=20260303T080000Z", "2026-03-02", ["03-02", "03-03"]),
        ("FREQ=DAILY;UNTIL=20260303T075959Z", "2026-03-02", ["03-02"]),
    ],
)
def test_what_a_rule_means(text: str, start: str, expected: list[str]) -> None:
    one = rule(text, starts_on=start)
    require_rule(one, NOW)
    assert days(one) == expected


def test_a_leap_day_comes_when_it_comes() -> None:
    found = moments(rule("FREQ=MONTHLY;INTERVAL=12", starts_on="2028-02-29"))
    assert [one.year for one in islice(found, 3)] == [2028, 2032, 2036]


def test_what_lies_behind_a_moment_counts_from_the_start_all_the_same() -> None:
    assert days(rule("FREQ=DAILY;COUNT=3"), after="2026-03-03T09:00") == ["03-04"]
    assert days(rule("FREQ=WEEKLY;INTERVAL=2"), 1, after="2026-03-03T09:00") == ["03-16"]
    assert days(rule("FREQ=DAILY"), 1, after="2026-03-03T08:59") == ["03-03"]


def test_what_never_happens_is_found_out_at_once() -> None:
    for text in ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31"):
        one = rule(text, starts_on="2026-03-02" if "DAILY" in text else "2026-04-01")
        assert days(one) == []
        assert series(one).first_behind(NOW) is None


@pytest.mark.parametrize(
    ("text", "message", "allowed"),
    [
        ("FREQ=HOURLY", "more often than once a day", "FREQ=DAILY"),
        ("FREQ=DAILY;BYHOUR=9,17", "more often than once a day", "BYMONTHDAY"),
        ("FREQ=YEARLY", "no FREQ that is understood", "FREQ=MONTHLY"),
        ("BYDAY=MO", "no FREQ", "FREQ=WEEKLY"),
        ("", "not understood", "FREQ"),
        ("every monday", "not understood", "FREQ"),
        ("FREQ=DAILY;", "not understood", "COUNT"),
        ("FREQ=DAILY;WKST=SU", "not understood", "INTERVAL"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ twice", "once"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0", "1 to 100"),
        ("FREQ=DAILY;INTERVAL=x", "INTERVAL=X", "1 to 100"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0", "1 to 5000"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both", "one of them"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL", "20261231"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL", "20261231"),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", "UNTIL", "20261231"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX", "MO"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO", "FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "weekly", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32", "1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0", "-1"),
    ],
)
def test_what_is_not_understood_is_named_with_what_is(text: str, message: str, allowed: str) -> None:
    with pytest.raises(InvalidError) as refused:
        require_rule(rule(text), NOW)
    [problem] = refused.value.problems
    assert (problem.field, problem.value) == ("rule.rrule", text)
    assert message in problem.message
    assert allowed in str(problem.allowed)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"timezone": "Mars/Olympus"}, "rule.timezone"),
        ({"local_time": "24:00"}, "rule.local_time"),
        ({"local_time": "9:00"}, "rule.local_time"),
        ({"starts_on": "2026-02-30"}, "rule.starts_on"),
        ({"starts_on": "2027-03-03"}, "rule.starts_on"),
        ({"starts_on": "1999-01-01"}, "rule.starts_on"),
    ],
)
def test_start_time_and_zone_are_judged_as_well(fields: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidError) as refused:
        require_rule(replace(MONDAY, **fields), NOW)
    assert [(one.field, one.value) for one in refused.value.problems] == [(name, next(iter(fields.values())))]


def test_local_time_stays_when_the_clocks_change() -> None:
    daily = series(rule("FREQ=DAILY", starts_on="2026-03-28"))
    found = list(islice(daily.occurrences(), 2))
    assert [one.local for one in found] == ["2026-03-28T09:00:00", "2026-03-29T09:00:00"]
    assert found[1].at - found[0].at == 23 * _HOUR_MS


def test_a_time_that_a_clock_change_skips_or_repeats_is_one_instant() -> None:
    """By the rule of `local_time`: behind the gap, and the first of two."""
    skipped = series(rule("FREQ=DAILY;COUNT=1", starts_on="2026-03-29", local_time="02:30"))
    repeated = series(rule("FREQ=DAILY;COUNT=1", starts_on="2026-10-25", local_time="02:30"))
    utc = [datetime.fromtimestamp(next(one.occurrences()).at / 1000, UTC) for one in (skipped, repeated)]
    assert [f"{one:%H:%M}" for one in utc] == ["01:00", "00:30"]


def test_at_each_members_own_time_it_begins_where_that_comes_first() -> None:
    [one] = series(rule("FREQ=DAILY;COUNT=1"), member_local_time=True).occurrences()
    assert (one.at - one.starts_at) // _HOUR_MS == 13


@given(
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=DAILY;BYDAY=MO,TU,SU", "FREQ=WEEKLY;BYDAY=SU,MO", "FREQ=MONTHLY;BYMONTHDAY=-1,1"]
    ),
    st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Chatham"]
    ),
    st.dates(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date()),
    st.times(),
    st.booleans(),
)
def test_a_campaign_is_made_after_the_one_before_it_began(
    text: str, zone: str, day: object, clock: object, own_time: bool
) -> None:
    """So that of a series one campaign waits at most, whatever the clocks do."""
    one = CalendarRule(text, f"{day}", f"{clock:%H:%M}", zone)
    for before, after in pairwise(islice(series(one, member_local_time=own_time).occurrences(), 40)):
        assert after.starts_at - LEAD_MS > before.starts_at


def test_a_rule_of_ten_years_is_evaluated_in_no_time() -> None:
    began = datetime.now(UTC)
    assert series(rule("FREQ=DAILY", starts_on="2016-03-05")).first_behind(NOW)
    assert datetime.now(UTC) - began < timedelta(seconds=2)
