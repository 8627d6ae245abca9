"""Months by a tenant's clocks, and what a change of a claim adds to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.quota import ClaimState, MonthCount, QuotaClaim, count_changes, month_end, month_of

# Berlin; no daylight saving; half an hour of it; the day that Samoa skipped; clocks that change at midnight.
ZONES = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut")


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("instant", "zone", "month"),
    [
        ("2026-10-31T22:59:59.999", "Europe/Berlin", "2026-10"),
        ("2026-10-31T23:00:00", "Europe/Berlin", "2026-11"),
        # In summer an hour earlier by UTC.
        ("2026-06-30T21:59:59", "Europe/Berlin", "2026-06"),
        ("2026-06-30T22:00:00", "Europe/Berlin", "2026-07"),
        ("2026-12-31T10:00:00", "Pacific/Kiritimati", "2027-01"),
        ("2027-01-01T10:00:00", "Pacific/Pago_Pago", "2026-12"),
    ],
)
def test_month_is_that_of_the_tenants_clocks(instant: str, zone: str, month: str) -> None:
    assert month_of(at(instant), zone) == month


def test_month_ends_at_local_midnight() -> None:
    # Berlin's clocks go back in October: it begins in summer time and ends in winter time.
    assert month_end("2026-10", "Europe/Berlin") == at("2026-10-31T23:00:00")
    assert month_end("2026-09", "Europe/Berlin") == at("2026-09-30T22:00:00")
    assert month_end("2026-12", "UTC") == at("2027-01-01T00:00:00")


def test_month_whose_first_midnight_is_skipped_begins_when_the_clocks_jump() -> None:
    # Syria, 1 April 2004: from midnight at once to one o'clock (tz database).
    assert month_end("2004-03", "Asia/Damascus") == at("2004-04-01T01:00:00", "Asia/Damascus")


@given(
    st.sampled_from(ZONES),
    st.datetimes(min_value=datetime(2011, 1, 1), max_value=datetime(2035, 12, 31), timezones=st.just(ZoneInfo("UTC"))),
)
def test_an_instant_lies_before_the_end_of_its_month_and_the_end_in_the_next(zone: str, moment: datetime) -> None:
    instant = round(moment.timestamp() * 1000)
    month = month_of(instant, zone)
    end = month_end(month, zone)
    assert instant < end
    assert (month_of(end - 1, zone), month_of(end, zone) > month) == (month, True)


def test_changes_of_a_claim_move_the_counts() -> None:
    reserved = QuotaClaim("gym", Feature.BROADCASTS, "c1", ClaimState.RESERVED, "2026-11", 0)
    settled = reserved.become(ClaimState.SETTLED)
    assert count_changes(None, reserved) == {"2026-11": MonthCount(1, 0)}
    assert count_changes(reserved, settled) == {"2026-11": MonthCount(0, 1)}
    assert count_changes(reserved, reserved.become(ClaimState.GIVEN_BACK)) == {"2026-11": MonthCount(-1, 0)}
    assert count_changes(None, settled) == {"2026-11": MonthCount(1, 1)}
    moved = replace(reserved, month="2026-12")
    assert count_changes(reserved, moved) == {"2026-11": MonthCount(-1, 0), "2026-12": MonthCount(1, 0)}
