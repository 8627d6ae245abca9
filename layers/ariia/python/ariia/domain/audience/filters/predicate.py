"""An expression compiled into one function of a member, once for a whole audience.

A missing value (no such attribute, never opened, a value of another type than the operator is about) satisfies nothing
but `ne` and `exists: false`. So `older_than` is not met by what never happened; `not` of `within_last` is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.audience.filters.expression import Condition, Expression, Negation
from ariia.domain.audience.filters.fields import Read
from ariia.domain.audience.filters.operators import Kind, Op
from ariia.domain.audience.filters.values import comparable, folded, moment, number
from ariia.domain.ledger.recipient_facts import CampaignFacts
from ariia.domain.members.member import Member

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class PageFacts:
    """What must be known beside the members themselves, for the members of one page: the facts of other campaigns and
    the lists of static segments, by id. Asking for what was not read is a KeyError, never an answer."""

    campaigns: Mapping[str, CampaignFacts] = field(default_factory=dict)
    lists: Mapping[str, Set[str]] = field(default_factory=dict)


NO_FACTS = PageFacts()
Predicate = Callable[[Member, PageFacts], bool]
_Test = Callable[[Any], bool]


def compile_filter(expression: Expression, at: int) -> Predicate:
    """The predicate of `expression`, with days counted back from the instant `at` (epoch ms)."""
    if isinstance(expression, Condition):
        return _condition(expression, at)
    if isinstance(expression, Negation):
        negated = compile_filter(expression.part, at)
        return lambda member, facts: not negated(member, facts)
    parts = [compile_filter(part, at) for part in expression.parts]
    return _all(parts) if expression.needs_all else _any(parts)


def _all(parts: list[Predicate]) -> Predicate:
    def holds(member: Member, facts: PageFacts) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as all() over a generator
            if not part(member, facts):
                return False
        return True

    return parts[0] if len(parts) == 1 else holds


def _any(parts: list[Predicate]) -> Predicate:
    def holds(member: Member, facts: PageFacts) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as any() over a generator
            if part(member, facts):
                return True
        return False

    return parts[0] if len(parts) == 1 else holds


def _condition(condition: Condition, at: int) -> Predicate:
    kind, op, read = condition.field.kind, condition.op, condition.field.read
    if kind is Kind.FACT:
        return _fact(condition)
    if op is Op.EXISTS:
        return _exists(read, wanted=condition.value)
    test = _COMPILERS[kind](condition, at)
    if op is Op.NE:
        return lambda member, _: (value := read(member)) is None or not test(value)
    return lambda member, _: (value := read(member)) is not None and test(value)


def _exists(read: Read, *, wanted: bool) -> Predicate:
    if wanted:
        return lambda member, _: read(member) not in (None, "", [])
    return lambda member, _: read(member) in (None, "", [])


def _fact(condition: Condition) -> Predicate:
    campaign_id, fact = condition.field.campaign_id, condition.field.fact
    assert campaign_id is not None
    assert fact is not None
    wanted = condition.value if condition.op is Op.EQ else not condition.value

    def holds(member: Member, facts: PageFacts) -> bool:
        return bool((member.id in facts.campaigns[campaign_id].by_fact[fact]) is wanted)

    return holds


def _text(condition: Condition, _: int) -> _Test:
    op, given = condition.op, condition.value
    if op in (Op.EQ, Op.NE):
        return lambda value: bool(folded(value) == given)
    if op is Op.IN:
        return lambda value: folded(value) in given
    if op is Op.CONTAINS:
        return lambda value: given in folded(value)
    return lambda value: folded(value).startswith(given)


def _tags(condition: Condition, _: int) -> _Test:
    given = condition.value
    if condition.op is Op.CONTAINS:
        return lambda value: given in value
    return lambda value: not given.isdisjoint(value)


def _consent(condition: Condition, _: int) -> _Test:
    given = condition.value
    if condition.op is Op.IN:
        return lambda value: value in given
    return lambda value: bool(value == given)


def _instant(condition: Condition, at: int) -> _Test:
    low, high = _span(condition, at)
    if condition.op is Op.WITHIN_LAST:
        # We note only what has happened: who acts while an audience is being read has acted within the last days.
        high = float("inf")
    return lambda value: low <= value <= high


def _span(condition: Condition, at: int) -> tuple[float, float]:
    """The first and the last instant that the condition means, both included."""
    given, first, last = condition.value, float("-inf"), float("inf")
    if condition.op is Op.BETWEEN:
        return given[1], given[2]
    if condition.op is Op.BEFORE:
        return first, given - 1
    if condition.op is Op.AFTER:
        return given + 1, last
    since = at - given * _DAY_MS
    return (since, at) if condition.op is Op.WITHIN_LAST else (first, since - 1)


def _custom(condition: Condition, at: int) -> _Test:
    return _CUSTOM[condition.op](condition, at)


def _custom_equal(condition: Condition, _: int) -> _Test:
    given = condition.value
    return lambda value: not isinstance(value, list) and comparable(value) == given


def _custom_in(condition: Condition, _: int) -> _Test:
    given = condition.value
    return lambda value: any(comparable(one) in given for one in (value if isinstance(value, list) else [value]))


def _custom_contains(condition: Condition, _: int) -> _Test:
    given = condition.value
    kind, wanted = given

    def holds(value: Any) -> bool:
        if isinstance(value, list):
            return any(comparable(one) == given for one in value)
        return isinstance(value, str) and kind == "text" and wanted in folded(value)

    return holds


def _custom_prefix(condition: Condition, _: int) -> _Test:
    given = condition.value
    return lambda value: isinstance(value, str) and folded(value).startswith(given)


def _custom_number(condition: Condition, _: int) -> _Test:
    given = condition.value
    test: _Test = {
        Op.GT: lambda value: value > given,
        Op.GTE: lambda value: value >= given,
        Op.LT: lambda value: value < given,
        Op.LTE: lambda value: value <= given,
    }[condition.op]
    return lambda value: number(value) is not None and test(value)


def _custom_between(condition: Condition, at: int) -> _Test:
    kind, low, high = condition.value
    if kind == "moment":
        return _custom_moment(condition, at)
    return lambda value: number(value) is not None and low <= value <= high


def _custom_moment(condition: Condition, at: int) -> _Test:
    low, high = _span(condition, at)
    return lambda value: (found := moment(value)) is not None and low <= found <= high


_Compile = Callable[[Condition, int], _Test]
_CUSTOM: dict[Op, _Compile] = {
    Op.EQ: _custom_equal,
    Op.NE: _custom_equal,
    Op.IN: _custom_in,
    Op.CONTAINS: _custom_contains,
    Op.PREFIX: _custom_prefix,
    **dict.fromkeys((Op.GT, Op.GTE, Op.LT, Op.LTE), _custom_number),
    Op.BETWEEN: _custom_between,
    **dict.fromkeys((Op.BEFORE, Op.AFTER, Op.WITHIN_LAST, Op.OLDER_THAN), _custom_moment),
}
_COMPILERS: dict[Kind, _Compile] = {
    Kind.TEXT: _text,
    Kind.TAGS: _tags,
    Kind.CONSENT: _consent,
    Kind.INSTANT: _instant,
    Kind.CUSTOM: _custom,
}
