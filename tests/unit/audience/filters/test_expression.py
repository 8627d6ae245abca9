"""What is wrong with a filter is said with its place, its value and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.filters.expression import (
    MAX_BYTES,
    MAX_CONDITIONS,
    asks_about_engagement,
    campaigns_in,
    parse_filter,
)
from ariia.domain.errors import InvalidError, Problem

EXISTS = {"field": "email", "op": "exists", "value": True}


def problems_of(filter_json: Any) -> list[Problem]:
    with pytest.raises(InvalidError) as caught:
        parse_filter(filter_json)
    return list(caught.value.problems)


def test_every_mistake_is_named_with_its_path() -> None:
    broken = {
        "all": [
            {"field": "emial", "op": "eq", "value": "x"},
            {"any": [EXISTS, {"field": "tags", "op": "prefix", "value": "x"}]},
            {"not": {"field": "created_at", "op": "within_last", "value": "30"}},
            {"field": "email", "op": "exists", "value": True, "colour": "red"},
            {"all": [EXISTS], "any": [EXISTS]},
            "tags",
        ]
    }
    found = {problem.field: problem for problem in problems_of(broken)}
    assert list(found) == [
        "filter_json.all[0].field",
        "filter_json.all[1].any[1].op",
        "filter_json.all[2].not.value",
        "filter_json.all[3].colour",
        "filter_json.all[4]",
        "filter_json.all[5]",
    ]
    assert found["filter_json.all[0].field"].value == "emial"
    assert "email" in found["filter_json.all[0].field"].allowed  # type: ignore[operator]
    assert found["filter_json.all[1].any[1].op"].allowed == ["contains", "in", "exists"]
    assert found["filter_json.all[2].not.value"].allowed == "a whole number from 1 to 36500"


def test_size_and_number_of_conditions_are_bounded() -> None:
    many = {"all": [{"any": [EXISTS] * 50}] * 2}
    assert campaigns_in(parse_filter(many)) == frozenset()
    too_many = {"all": [{"any": [EXISTS] * 50}] * (MAX_CONDITIONS // 50 + 1)}
    assert [problem.message for problem in problems_of(too_many)] == ["has too many conditions"]
    too_large = {"field": "email", "op": "in", "value": ["x" * 100] * (MAX_BYTES // 100)}
    assert [problem.message for problem in problems_of(too_large)] == ["is too large"]


def test_endless_nesting_is_refused_without_being_followed() -> None:
    node: Any = EXISTS
    for _ in range(5_000):
        node = {"not": node}
    assert len(problems_of(node)) == 1


def test_campaigns_that_are_asked_about_are_known_and_at_most_ten() -> None:
    asked = [{"field": f"campaign:c{number}:opened", "op": "eq", "value": True} for number in range(11)]
    assert campaigns_in(parse_filter({"any": [{"not": {"all": asked[:2]}}, EXISTS]})) == {"c0", "c1"}
    assert [problem.message for problem in problems_of({"any": asked})] == ["asks about too many campaigns"]


def test_it_is_known_whether_engagement_is_asked_about() -> None:
    opened = {"field": "last_opened_at", "op": "exists", "value": True}
    assert asks_about_engagement(parse_filter({"any": [{"not": {"all": [EXISTS, opened]}}, EXISTS]}))
    assert not asks_about_engagement(parse_filter({"any": [{"not": EXISTS}, EXISTS]}))


@pytest.mark.parametrize("value", [None, 7, [], "all", {}, {"all": []}, {"not": []}, {"field": 7}, {"field": ["tags"]}])
def test_anything_else_is_refused(value: Any) -> None:
    assert problems_of(value)
