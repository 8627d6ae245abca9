"""What a watch over a busy queue proves, and what it does not."""

from __future__ import annotations

import json

import pytest

from ariia.domain.ledger.event_watch import EventWatch, interval_of, window_ms
from ariia.domain.ledger.published import published_at

HIDDEN = 180_000
UNTIL = 1_800_000_000_000
WINDOW = window_ms(HIDDEN)
NOW = UNTIL + WINDOW
ENDS = NOW + 60_000


def watch(*notes: tuple[int, int], begun_at: int = UNTIL, ends_at: int = ENDS) -> EventWatch:
    """Notes of (when handed out, when published)."""
    return EventWatch(begun_at, ends_at, {interval_of(at): published for at, published in notes})


YOUNG = (NOW - 20_000, NOW - 21_000)


def test_a_window_with_nothing_old_in_it_proves_that_nothing_old_is_left() -> None:
    assert watch(YOUNG).has_settled(UNTIL, NOW, HIDDEN)


def test_a_window_that_is_not_over_proves_nothing() -> None:
    assert not watch(YOUNG).has_settled(UNTIL, NOW - 1, HIDDEN)


def test_an_old_event_handed_out_in_the_window_may_be_hidden_again() -> None:
    assert not watch(YOUNG, (NOW - 2 * HIDDEN, UNTIL - 1)).has_settled(UNTIL, NOW, HIDDEN)


def test_an_old_event_handed_out_before_the_window_is_recorded() -> None:
    before = (NOW - WINDOW - 20_000, UNTIL - 30_000)
    assert watch(YOUNG, before, begun_at=UNTIL - 60_000).has_settled(UNTIL, NOW, HIDDEN)


def test_a_window_in_which_nothing_was_handed_out_proves_nothing() -> None:
    assert not watch().has_settled(UNTIL, NOW, HIDDEN)
    assert watch().is_silent(NOW, HIDDEN)
    assert not watch(YOUNG).is_silent(NOW, HIDDEN)


@pytest.mark.parametrize("wrong", [{"begun_at": UNTIL + 1}, {"ends_at": NOW}])
def test_a_watch_that_was_off_for_a_part_of_the_window_proves_nothing(wrong: dict[str, int]) -> None:
    assert not watch(YOUNG, **wrong).has_settled(UNTIL, NOW, HIDDEN)


def test_a_window_is_longer_than_two_times_of_hiding() -> None:
    assert window_ms(HIDDEN) > 2 * HIDDEN + 30_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (json.dumps({"Timestamp": "2027-01-15T08:00:00.000Z"}), UNTIL),
        (json.dumps({"Timestamp": "2027-01-15T08:00:09.000Z"}), UNTIL + 5_000),
        (json.dumps({"Timestamp": "soon"}), UNTIL + 5_000),
        (json.dumps([]), UNTIL + 5_000),
        ("Successfully validated SNS topic", UNTIL + 5_000),
    ],
)
def test_an_event_is_as_old_as_its_envelope_or_its_message(body: str, expected: int) -> None:
    assert published_at(body, UNTIL + 5_000) == expected
