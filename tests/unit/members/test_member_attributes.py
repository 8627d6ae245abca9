"""What an attribute of a member may hold."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ariia.domain.errors import Problem
from ariia.domain.members.attributes import parse_attributes


@pytest.mark.parametrize(
    "value", [10**400, -(10**400), 2**53 + 1, math.inf, -math.inf, math.nan, [1, 10**400], {}, [[]]]
)
def test_a_value_that_an_attribute_cannot_have_is_a_problem_that_names_it(value: Any) -> None:
    problems: list[Problem] = []
    assert parse_attributes({"visits": value, "plan": "gold"}, problems) == {"plan": "gold"}
    assert [one.field for one in problems] == ["attributes.visits"]


def test_numbers_texts_truth_and_lists_of_them_are_values() -> None:
    values = {"a": 2**53, "b": -1.5, "c": "gold", "d": True, "e": [1, "x", False], "f": None}
    problems: list[Problem] = []
    assert (parse_attributes(values, problems), problems) == (values, [])
