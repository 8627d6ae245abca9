"""Reading a `filter_json`: what it must look like, and where exactly it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ariia.domain.audience.filters.fields import ENGAGEMENT, FIXED, Field, find_field
from ariia.domain.audience.filters.operators import OPERANDS, Op
from ariia.domain.audience.filters.values import parse_operand
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.text_values import FieldError, shown

MAX_DEPTH = 8
MAX_PARTS = 50
MAX_CONDITIONS = 100
MAX_BYTES = 16 * 1024
# Each campaign that a filter asks about is one more part of the ledger to be read beside the members.
MAX_CAMPAIGNS = 10
_MAX_PROBLEMS = 20
_SHAPES = ("all", "any", "not", "field")


@dataclass(frozen=True)
class Condition:
    """One field compared with one value, which is in the form that `values.parse_operand` gives."""

    field: Field
    op: Op
    value: Any


@dataclass(frozen=True)
class Group:
    """All of `parts`, or (`needs_all` false) at least one of them."""

    needs_all: bool
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Negation:
    """Whatever `part` is not."""

    part: Expression


Expression = Condition | Group | Negation


def parse_filter(filter_json: Any, path: str = "filter_json") -> Expression:
    """The expression that `filter_json` means; InvalidError with one Problem (its JSON path, value and what is allowed)
    for each part that can't be understood, at most 20."""
    reader = _Reader()
    if _size(filter_json) > MAX_BYTES:
        reader.problem(path, "is too large", None, f"at most {MAX_BYTES} bytes as JSON")
    else:
        expression = reader.read(filter_json, path, 1)
        reader.check_whole(path)
        if expression is not None and not reader.problems:
            return expression
    raise InvalidError("the filter is not valid", problems=reader.problems)


def campaigns_in(expression: Expression) -> frozenset[str]:
    """Ids of the campaigns that the expression asks about."""
    if isinstance(expression, Condition):
        campaign_id = expression.field.campaign_id
        return frozenset() if campaign_id is None else frozenset({campaign_id})
    parts = expression.parts if isinstance(expression, Group) else (expression.part,)
    return frozenset().union(*(campaigns_in(part) for part in parts))


def asks_about_engagement(expression: Expression) -> bool:
    """True when a condition is about what members were sent and did, over all campaigns."""
    if isinstance(expression, Condition):
        return expression.field.name in ENGAGEMENT
    parts = expression.parts if isinstance(expression, Group) else (expression.part,)
    return any(asks_about_engagement(part) for part in parts)


def campaign_places(filter_json: Mapping[str, Any], path: str = "filter_json") -> dict[str, str]:
    """Campaigns that a valid filter asks about, by id, each with the JSON path of the first field that does."""
    if "field" in filter_json:
        field = find_field(filter_json["field"])
        return {field.campaign_id: f"{path}.field"} if field is not None and field.campaign_id is not None else {}
    if "not" in filter_json:
        return campaign_places(filter_json["not"], f"{path}.not")
    [(name, parts)] = filter_json.items()
    found: dict[str, str] = {}
    for number, part in enumerate(parts):
        found = campaign_places(part, f"{path}.{name}[{number}]") | found
    return found


def _size(value: Any) -> int:
    try:
        return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except (TypeError, ValueError, RecursionError):
        return MAX_BYTES + 1


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._conditions = 0
        self._campaigns: set[str] = set()

    def problem(self, path: str, message: str, value: Any, allowed: Any) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(Problem(path, message, value=_brief(value), allowed=allowed))

    def check_whole(self, path: str) -> None:
        if self._conditions > MAX_CONDITIONS:
            self.problem(path, "has too many conditions", self._conditions, f"at most {MAX_CONDITIONS}")
        if len(self._campaigns) > MAX_CAMPAIGNS:
            self.problem(path, "asks about too many campaigns", len(self._campaigns), f"at most {MAX_CAMPAIGNS}")

    def read(self, node: Any, path: str, depth: int) -> Expression | None:
        if depth > MAX_DEPTH:
            self.problem(path, "is nested too deeply", None, f"at most {MAX_DEPTH} levels")
            return None
        shape = self._shape(node, path)
        return _READERS[shape](self, node, path, depth) if shape else None

    def _shape(self, node: Any, path: str) -> str | None:
        allowed = "an object with all, any, not, or field with op and value"
        if not isinstance(node, Mapping):
            self.problem(path, "is not an expression", node, allowed)
            return None
        found = [shape for shape in _SHAPES if shape in node]
        if len(found) != 1:
            self.problem(path, "is not exactly one of the expressions", sorted(map(str, node))[:10], allowed)
            return None
        known = {"field", "op", "value"} if found == ["field"] else set(found)
        for name in sorted(str(one) for one in node if one not in known):
            self.problem(f"{path}.{name}", "is not known here", None, sorted(known))
        return found[0]

    def read_group(self, node: Mapping[str, Any], path: str, depth: int, name: str) -> Expression | None:
        parts, place = node[name], f"{path}.{name}"
        if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
            self.problem(place, "is not a list of expressions", parts, f"a list of 1 to {MAX_PARTS} expressions")
            return None
        read = [self.read(part, f"{place}[{number}]", depth + 1) for number, part in enumerate(parts)]
        return Group(name == "all", tuple(part for part in read if part is not None))

    def read_negation(self, node: Mapping[str, Any], path: str, depth: int) -> Expression | None:
        part = self.read(node["not"], f"{path}.not", depth + 1)
        return None if part is None else Negation(part)

    def read_condition(self, node: Mapping[str, Any], path: str, _: int) -> Expression | None:
        self._conditions += 1
        field = self._field(node["field"], f"{path}.field")
        if field is None:
            return None
        op = self._op(field, node.get("op"), f"{path}.op")
        if op is None:
            return None
        try:
            value = parse_operand(OPERANDS[field.kind][op], node.get("value"))
        except FieldError as error:
            self.problem(f"{path}.value", error.message, node.get("value"), error.allowed)
            return None
        return Condition(field, op, value)

    def _field(self, name: Any, path: str) -> Field | None:
        field = find_field(name) if isinstance(name, str) else None
        if field is None:
            allowed = [*FIXED, "attributes.<name>", "campaign:<id>:<sent, delivered, opened, clicked or failed>"]
            self.problem(path, "is not a field that can be asked about", name, allowed)
        elif field.campaign_id is not None:
            self._campaigns.add(field.campaign_id)
        return field

    def _op(self, field: Field, name: Any, path: str) -> Op | None:
        allowed = OPERANDS[field.kind]
        if not isinstance(name, str) or name not in allowed:
            self.problem(path, f"does not go with a field that holds {field.kind}", name, [str(op) for op in allowed])
            return None
        return Op(name)


def _brief(value: Any) -> Any:
    return value if isinstance(value, list) and len(str(value)) <= 100 else shown(value)


_Read = Callable[[_Reader, Mapping[str, Any], str, int], Expression | None]
_READERS: dict[str, _Read] = {
    "all": lambda reader, node, path, depth: reader.read_group(node, path, depth, "all"),
    "any": lambda reader, node, path, depth: reader.read_group(node, path, depth, "any"),
    "not": _Reader.read_negation,
    "field": _Reader.read_condition,
}
