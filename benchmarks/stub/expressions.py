"""DynamoDB's condition and update expressions, as far as the engine writes them. Each text is compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Item = dict[str, dict[str, Any]]
Condition = Callable[[Item, Item], bool]
Operand = Callable[[Item, Item], Any]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[()=<>,+-]|[#:\w.]+)")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_CLAUSES = ("SET", "REMOVE", "ADD")


@dataclass
class _Tokens:
    words: list[str]
    names: dict[str, str]
    place: int = 0

    @property
    def next(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def take(self, expected: str = "") -> str:
        word = self.next
        if expected and word.upper() != expected:
            raise ValueError(f"{expected} expected, {word!r} found in {' '.join(self.words)}")
        self.place += 1
        return word

    def skip(self, word: str) -> bool:
        if self.next.upper() != word:
            return False
        self.place += 1
        return True

    def name(self) -> str:
        word = self.take()
        return self.names.get(word, word)


def condition(expression: str | None, names: dict[str, str] | None) -> Condition:
    """The condition as a function of item and expression values; ValueError for what the stub does not know."""
    if not expression:
        return lambda item, values: True
    return _condition(expression, tuple(sorted((names or {}).items())))


@lru_cache(maxsize=512)
def _condition(expression: str, names: tuple[tuple[str, str], ...]) -> Condition:
    tokens = _Tokens(_TOKEN.findall(expression), dict(names))
    found = _either(tokens)
    if tokens.next:
        raise ValueError(f"{tokens.next!r} is one too many in {expression}")
    return found


def _either(tokens: _Tokens) -> Condition:
    terms = [_both(tokens)]
    while tokens.skip("OR"):
        terms.append(_both(tokens))
    return terms[0] if len(terms) == 1 else lambda item, values: any(term(item, values) for term in terms)


def _both(tokens: _Tokens) -> Condition:
    terms = [_term(tokens)]
    while tokens.skip("AND"):
        terms.append(_term(tokens))
    return terms[0] if len(terms) == 1 else lambda item, values: all(term(item, values) for term in terms)


def _term(tokens: _Tokens) -> Condition:
    if tokens.skip("("):
        inner = _either(tokens)
        tokens.take(")")
        return inner
    if tokens.next in ("attribute_exists", "attribute_not_exists"):
        return _existence(tokens)
    if tokens.skip("BEGINS_WITH"):
        return _beginning(tokens)
    left = _operand(tokens)
    if tokens.skip("BETWEEN"):
        low = _operand(tokens)
        tokens.take("AND")
        return _between(left, low, _operand(tokens))
    return _comparison(left, _COMPARISONS[tokens.take()], _operand(tokens))


def _existence(tokens: _Tokens) -> Condition:
    wanted = tokens.take() == "attribute_exists"
    tokens.take("(")
    name = tokens.name()
    tokens.take(")")
    return lambda item, values: (name in item) is wanted


def _beginning(tokens: _Tokens) -> Condition:
    tokens.take("(")
    left = _operand(tokens)
    tokens.take(",")
    right = _operand(tokens)
    tokens.take(")")
    return lambda item, values: str(left(item, values) or "").startswith(right(item, values))


def _between(middle: Operand, low: Operand, high: Operand) -> Condition:
    def holds(item: Item, values: Item) -> bool:
        found = middle(item, values)
        return found is not None and low(item, values) <= found <= high(item, values)

    return holds


def _comparison(left: Operand, compare: Callable[[Any, Any], bool], right: Operand) -> Condition:
    def holds(item: Item, values: Item) -> bool:
        one, other = left(item, values), right(item, values)
        return one is not None and other is not None and compare(one, other)

    return holds


def _operand(tokens: _Tokens) -> Operand:
    name = tokens.name()
    if name.startswith(":"):
        return lambda item, values: plain(values[name])
    return lambda item, values: plain(item[name]) if name in item else None


def plain(value: dict[str, Any]) -> Any:
    """An attribute value as something that compares: numbers as numbers, all else as it is."""
    kind, held = next(iter(value.items()))
    return float(held) if kind == "N" else held


def update(expression: str, names: dict[str, str] | None, item: Item, values: Item) -> None:
    """Applies an update expression to `item`; ValueError for what the stub does not know."""
    tokens = _Tokens(_TOKEN.findall(expression), names or {})
    clause = ""
    while tokens.next:
        if tokens.next.upper() in _CLAUSES:
            clause = tokens.take().upper()
        _apply(clause, tokens, item, values)
        tokens.skip(",")


def _apply(clause: str, tokens: _Tokens, item: Item, values: Item) -> None:
    name = tokens.name()
    if clause == "REMOVE":
        item.pop(name, None)
    elif clause == "ADD":
        item[name] = _sum(item.get(name), values[tokens.take()])
    else:
        tokens.take("=")
        item[name] = _value(tokens, item, values)


def _value(tokens: _Tokens, item: Item, values: Item) -> dict[str, Any]:
    first = tokens.name()
    value = values[first] if first.startswith(":") else item[first]
    return _sum(value, values[tokens.take()]) if tokens.skip("+") else value


def _sum(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    return {"N": str(int(one["N"] if one else 0) + int(other["N"]))}
