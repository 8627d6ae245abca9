"""The published schema and the validator are of one mind."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from ariia.domain.audience.filters.expression import parse_filter
from ariia.domain.audience.filters.operators import Kind, Op
from ariia.domain.audience.filters.schema import filter_schema
from ariia.domain.errors import InvalidError
from tests.unit.audience.filters.generated import NAMES, depth, filters

VALIDATOR = Draft202012Validator(filter_schema())
# What JSON Schema has no words for; the schema's own description says so.
BEYOND_SCHEMA = ("is too large", "has too many conditions", "asks about too many", "has its bounds the wrong way round")

_junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40_000),
    st.sampled_from(
        [1.5, 3.0, 2.0**60, "", " ", "x", "granted", "2026-13-01", "2026-03-01", "a;b", "2026-03-01T10:00"]
    ),
    st.sampled_from(
        ["tags", "email", "attributes.a", "attributes.1", "campaign:x:opened", "campaign:x:seen", "eq", "in"]
    ),
    st.lists(st.sampled_from(["a", 1, True, None, "2026-03-01"]), max_size=3),
    st.just({}),
)


@st.composite
def _damaged(draw: st.DrawFn) -> Any:
    """A filter with one place changed, removed or added; often still in order."""
    whole = copy.deepcopy(draw(filters))
    node: Any = whole
    while not draw(st.booleans()) and "field" not in node:
        name = next(iter(node))
        node = node[name] if name == "not" else draw(st.sampled_from(node[name]))
    place = draw(st.sampled_from([*node, "op", "value", "any"]))
    if draw(st.booleans()):
        node[place] = draw(_junk)
    else:
        node.pop(place, None)
    return whole


def errors_of(filter_json: Any) -> list[str]:
    try:
        parse_filter(filter_json)
    except InvalidError as error:
        return [problem.message for problem in error.problems]
    return []


def agree(filter_json: Any) -> None:
    errors, is_valid = errors_of(filter_json), VALIDATOR.is_valid(filter_json)
    if is_valid and errors:
        is_in_no_calendar = "2026-13-01" in str(filter_json)
        assert is_in_no_calendar or all(one.startswith(BEYOND_SCHEMA) for one in errors), errors
    else:
        assert is_valid is not bool(errors), (filter_json, errors)


def test_schema_is_a_schema() -> None:
    meta.validate(filter_schema())


@settings(max_examples=150, deadline=None)
@given(filters)
def test_what_is_in_order_is_so_for_both(filter_json: Any) -> None:
    assert errors_of(filter_json) == []
    assert VALIDATOR.is_valid(filter_json)


@settings(max_examples=400, deadline=None)
@given(_damaged())
def test_both_refuse_the_same_damage(filter_json: Any) -> None:
    agree(filter_json)


@settings(max_examples=100, deadline=None)
@given(_junk)
def test_both_refuse_what_is_no_filter(filter_json: Any) -> None:
    agree(filter_json)


_EDGES: list[Any] = [
    *(None, True, False, "", " ", "x", "x" * 1_001, "granted", "a;b", "y" * 65),
    *(0, 1, 1.0, 1.5, 36_500, 36_501, -1, 2**53, 2**53 + 2, 1e300, 10**400),
    *("2026-03-01", "2026-03-01T10:00", "2026-03-01T10:00Z", "2026-03-01T10:00:00.1234Z"),
    *([], ["x"], ["x"] * 501, [1, 2], [2, 1], [1, 2, 3], [True], [None], ["granted"], {}, {"a": 1}),
    *(["2026-03-01", "2026-04-01"], ["2026-04-01", "2026-03-01"], [1, "2026-03-01"]),
]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("op", list(Op))
def test_every_field_with_every_operator_and_value_is_judged_alike(kind: Kind, op: Op) -> None:
    for value in _EDGES:
        agree({"field": NAMES[kind][0], "op": str(op), "value": value})


def test_depth_has_one_limit() -> None:
    node: dict[str, Any] = {"field": "email", "op": "exists", "value": True}
    while depth(node) < 8:
        node = {"not": node}
    assert errors_of(node) == []
    assert VALIDATOR.is_valid(node)
    assert errors_of({"not": node}) == ["is nested too deeply"]
    assert not VALIDATOR.is_valid({"not": node})
