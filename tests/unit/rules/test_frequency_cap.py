"""Frequency caps: the limits hold in every window, whatever the order and repetition of what is noted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.rules.frequency_cap import DAY_MS, FrequencyCap, RecentSend, message_name, with_send, without

NOW = 1_800_000_000_000
HOUR = 3_600_000


def sends(*hours_ago: float) -> list[RecentSend]:
    return [RecentSend(f"c{number}", NOW - round(hours * HOUR)) for number, hours in enumerate(hours_ago)]


@pytest.mark.parametrize(
    ("cap", "hours_ago", "waits_hours"),
    [
        (FrequencyCap(per_day=1), (), 0),
        (FrequencyCap(per_day=1), (25,), 0),
        (FrequencyCap(per_day=1), (20,), 4),
        (FrequencyCap(per_day=2), (20,), 0),
        (FrequencyCap(per_day=2), (20, 3), 4),
        (FrequencyCap(per_week=2), (150, 100), 18),
        (FrequencyCap(per_day=1, per_week=2), (20, 100), 68),
        (FrequencyCap(per_month=1), (29 * 24,), 24),
        (FrequencyCap(per_day=2), (3, 20, 22, 23), 4),
    ],
)
def test_a_message_waits_until_every_window_has_room(
    cap: FrequencyCap, hours_ago: tuple[float, ...], waits_hours: float
) -> None:
    free = cap.free_at(sends(*hours_ago), NOW)
    assert 0 <= free - NOW - waits_hours * HOUR <= 60_000
    assert (free == NOW) == (waits_hours == 0)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=60),
    st.builds(
        FrequencyCap,
        per_day=st.none() | st.integers(1, 4),
        per_week=st.none() | st.integers(1, 9),
        per_month=st.integers(1, 20),
    ),
)
def test_nobody_gets_more_than_the_cap_in_any_window(gaps: list[int], cap: FrequencyCap) -> None:
    """Messages are offered in hours' distance, sent where the cap allows, and never exceed it in any window at all."""
    notes: tuple[RecentSend, ...] = ()
    at, sent = NOW, list[int]()
    for number, gap in enumerate(gaps):
        at += gap * HOUR
        if cap.free_at(notes, at) == at:
            notes = with_send(notes, RecentSend(f"c{number}", at))
            sent.append(at)
    for length, most in ((DAY_MS, cap.per_day), (7 * DAY_MS, cap.per_week), (30 * DAY_MS, cap.per_month)):
        if most is not None:
            assert all(later - first >= length for first, later in zip(sent, sent[most:], strict=False))


def test_a_message_that_is_tried_again_counts_once() -> None:
    notes = with_send((), RecentSend("spring", NOW - HOUR))
    notes = with_send(notes, RecentSend("spring", NOW))
    assert notes == (RecentSend("spring", NOW),)
    assert without(notes, "spring") == ()


def test_notes_of_a_month_ago_are_forgotten() -> None:
    old = RecentSend("old", NOW - 31 * DAY_MS)
    assert with_send([old], RecentSend("new", NOW)) == (RecentSend("new", NOW),)


def test_a_message_has_the_same_name_at_every_attempt_and_another_elsewhere() -> None:
    assert message_name("c1", "l0") == message_name("c1", "l0")
    assert len({message_name(*one) for one in (("c1", "l0"), ("c1", "l1"), ("c2", "l0"))}) == 3


@pytest.mark.parametrize(
    ("cap", "field"),
    [
        (FrequencyCap(), "cap.per_day"),
        (FrequencyCap(per_week=0), "cap.per_week"),
        (FrequencyCap(per_month=101), "cap.per_month"),
        (FrequencyCap(per_day=1, defer_hours=0), "cap.defer_hours"),
        (FrequencyCap(per_day=1, defer_hours=721), "cap.defer_hours"),
    ],
)
def test_a_cap_that_makes_no_sense_is_named(cap: FrequencyCap, field: str) -> None:
    assert [problem.field for problem in cap.problems("cap")] == [field]
    assert FrequencyCap(per_day=1).problems("cap") == []
