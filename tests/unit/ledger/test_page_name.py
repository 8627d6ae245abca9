"""Names of pages sort as the ids do and, wherever possible, are nobody's id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.ledger.page_name import page_end, page_name

IDS = st.text("-09AZ_az", min_size=1, max_size=6)


@given(st.lists(IDS, min_size=1, max_size=12, unique=True))
def test_a_name_lies_behind_the_page_before_and_not_behind_its_own_first_id(ids: list[str]) -> None:
    ordered = sorted(ids)
    for before, first in zip([None, *ordered], ordered, strict=False):
        name = page_name(before, first)
        assert (before or "") < name <= first
        assert first.startswith(name)


@pytest.mark.parametrize(
    ("before", "first", "name"),
    [(None, "anna", "a"), ("anna", "anton", "ant"), ("m1", "m10", "m10"), ("m19", "m20", "m2"), ("kim", "lea", "l")],
)
def test_a_name_is_no_longer_than_it_must_be(before: str | None, first: str, name: str) -> None:
    assert page_name(before, first) == name


def test_a_page_ends_where_the_next_one_is_named_by_a_part_of_an_id() -> None:
    ids = [f"m{number:05d}" for number in range(2_100)]
    end = page_end(ids, 2_007)
    assert (end, page_name(ids[end - 1], ids[end])) == (2_000, "m02")
    assert page_end(ids, 2_100) == 2_100


def test_where_there_is_no_such_place_the_page_ends_where_it_is_full() -> None:
    ids = ["a", "ab", "abc", "abcd", "abcde"]
    assert page_end(ids, 3) == 3
