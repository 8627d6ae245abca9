"""Ids. Stored data depends on these values: a change of any of them would lose members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.errors import InvalidError
from ariia.domain.identifiers import derived_id, is_id, require_id, shard_of, sortable_id

LAST_INSTANT = 2**48 - 1
instants = st.integers(0, LAST_INSTANT)
chances = st.binary(min_size=10, max_size=10)
parts = st.lists(st.text(alphabet="ab|#", max_size=4), min_size=1, max_size=3)


@given(instants, instants, chances, chances)
def test_ids_made_later_sort_later(one: int, other: int, chance: bytes, more_chance: bytes) -> None:
    if one < other:
        assert sortable_id(one, chance) < sortable_id(other, more_chance)


@given(instants, chances)
def test_made_ids_are_ids(now: int, chance: bytes) -> None:
    made = sortable_id(now, chance)
    assert is_id(made)
    assert len(made) == 26


def test_made_ids_never_change_their_form() -> None:
    assert sortable_id(1_800_000_000_000, bytes(10)) == "01mcc5rm000000000000000000"
    assert sortable_id(LAST_INSTANT, b"\xff" * 10) == "7zzzzzzzzzzzzzzzzzzzzzzzzz"


def test_derived_id_is_the_same_for_ever() -> None:
    assert derived_id("studio", "/v1/members", "key-1") == "xipcxl2pzxpyetg5drl2vlztk7"
    assert derived_id("studio") == "3ig2voslcvuwdqcjvnfylnwqxs"


@given(parts, parts)
def test_other_parts_give_another_id(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)
    assert is_id(derived_id(*one))


@pytest.mark.parametrize(
    ("member", "of_16", "of_4"),
    [
        ("anna", 7, 3),
        ("ben", 1, 1),
        ("m-0001", 10, 2),
        ("01k9qjz7t2n4h6p8s0v3x5y7ab", 6, 2),
        ("A_b-9", 9, 1),
        ("z" * 64, 0, 0),
    ],
)
def test_shard_of_a_member_never_changes(member: str, of_16: int, of_4: int) -> None:
    assert (shard_of(member, 16), shard_of(member, 4)) == (of_16, of_4)


def test_members_spread_evenly_over_the_shards() -> None:
    counts = [0] * 16
    for number in range(16_000):
        counts[shard_of(f"m{number:05d}", 16)] += 1
    assert min(counts) > 800
    assert max(counts) < 1_200


@pytest.mark.parametrize("value", ["", "a" * 65, "a b", "a@b.de", "ä", "a#b", "a|b", "a\n", "../x"])
def test_what_ses_takes_for_no_tag_value_is_no_id(value: str) -> None:
    assert not is_id(value)
    with pytest.raises(InvalidError) as caught:
        require_id(value, "member_id")
    assert [problem.field for problem in caught.value.problems] == ["member_id"]


def test_an_id_goes_through() -> None:
    assert require_id("A_b-9", "member_id") == "A_b-9"
