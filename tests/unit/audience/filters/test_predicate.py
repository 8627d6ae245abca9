"""Filters against members: the compiled predicate and the plain meaning agree, and a missing value has its rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from ariia.domain.audience.filters.expression import parse_filter
from ariia.domain.audience.filters.predicate import NO_FACTS, PageFacts, compile_filter
from ariia.domain.members.member import Engagement, Member
from tests.unit.audience.filters.generated import DAY, NOW, facts, filters, members
from tests.unit.audience.filters.plain_evaluator import meets


def holds(filter_json: dict[str, Any], member: Member) -> bool:
    return compile_filter(parse_filter(filter_json), NOW)(member, NO_FACTS)


def condition(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@settings(max_examples=600, deadline=None)
@given(filters, members, facts)
def test_compiled_filter_means_what_the_plain_one_means(
    filter_json: dict[str, Any], member: Member, known: PageFacts
) -> None:
    compiled = compile_filter(parse_filter(filter_json), NOW)
    assert compiled(member, known) is meets(filter_json, member, known, NOW)


@pytest.mark.parametrize(
    ("op", "value", "met"),
    [
        ("ne", "x", True),
        ("exists", False, True),
        ("exists", True, False),
        ("eq", "x", False),
        ("in", ["x"], False),
        ("contains", "x", False),
        ("prefix", "x", False),
        ("lt", 5, False),
        ("older_than", 30, False),
        ("within_last", 30, False),
        ("before", "2030-01-01", False),
    ],
)
def test_missing_value_meets_nothing_but_ne_and_exists_false(op: str, value: Any, met: bool) -> None:
    assert holds(condition("attributes.nothing", op, value), Member("anna", "t1")) is met


def test_value_of_another_type_counts_as_missing() -> None:
    member = Member("anna", "t1", attributes={"visits": "many"})
    assert not holds(condition("attributes.visits", "gt", 1), member)
    assert not holds(condition("attributes.visits", "older_than", 1), member)
    assert holds(condition("attributes.visits", "ne", 1), member)


def test_who_never_opened_is_not_older_than_but_is_not_within_the_last_days() -> None:
    never, long_ago = Member("anna", "t1"), Member("ben", "t1", engagement=Engagement(last_opened_at=NOW - 90 * DAY))
    assert [holds(condition("last_opened_at", "older_than", 30), one) for one in (never, long_ago)] == [False, True]
    inactive = {"not": condition("last_opened_at", "within_last", 30)}
    assert [holds(inactive, one) for one in (never, long_ago)] == [True, True]


def test_bounds_of_times() -> None:
    def met(op: str, value: Any, at: int) -> bool:
        return holds(
            condition("last_opened_at", op, value), Member("a", "t1", engagement=Engagement(last_opened_at=at))
        )

    assert [met("within_last", 1, NOW - DAY), met("within_last", 1, NOW - DAY - 1)] == [True, False]
    assert [met("older_than", 1, NOW - DAY), met("older_than", 1, NOW - DAY - 1)] == [False, True]
    day = 1_799_971_200_000
    named = "2027-01-15"
    assert [met("before", named, day - 1), met("before", named, day), met("after", named, day)] == [True, False, False]
    assert [met("after", named, day + 1), met("between", [named, named], day)] == [True, True]
    assert not met("between", [named, named], day + 1)


def test_days_are_counted_from_the_instant_of_the_run() -> None:
    member = Member("anna", "t1", engagement=Engagement(last_opened_at=NOW - 30 * DAY))
    expression = parse_filter(condition("last_opened_at", "within_last", 30))
    assert compile_filter(expression, NOW)(member, NO_FACTS)
    assert not compile_filter(expression, NOW + 1)(member, NO_FACTS)


def test_who_acts_while_the_audience_is_read_has_acted_lately_but_a_date_ahead_is_not_past() -> None:
    member = Member("anna", "t1", engagement=Engagement(last_opened_at=NOW + 5_000), attributes={"ends": "2999-01-01"})
    assert holds(condition("last_opened_at", "within_last", 1), member)
    assert not holds(condition("attributes.ends", "within_last", 1), member)


def test_texts_compare_without_case_and_tags_exactly() -> None:
    member = Member("anna", "t1", first_name="STRAßE", tags=["Yoga"])
    assert holds(condition("first_name", "eq", "strasse"), member)
    assert not holds(condition("tags", "contains", "yoga"), member)


def test_true_is_not_one() -> None:
    assert not holds(condition("attributes.a", "eq", 1), Member("anna", "t1", attributes={"a": True}))
    assert not holds(condition("attributes.a", "gte", 1), Member("anna", "t1", attributes={"a": True}))


def test_asking_for_facts_that_were_not_read_is_no_answer() -> None:
    with pytest.raises(KeyError):
        holds(condition("campaign:spring:opened", "eq", False), Member("anna", "t1"))
