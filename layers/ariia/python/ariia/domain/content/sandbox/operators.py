"""What templates do with values by signs: arithmetic, comparisons, slices, mappings; each charged before it is done."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from markupsafe import Markup

from ariia.domain.content.sandbox.meter import VIEWS, charge, require_bits, spend, steps, within_bits
from ariia.domain.content.sandbox.text_filters import percent_format

_SEQUENCES = (str, list, tuple)
_ROWS = (list, tuple, range)
_TREES = (list, tuple, dict, *VIEWS)
# Shorter ones are paid by the node that they stand in.
_SHORT = 512
# Python's hash of a number repeats itself beyond 2^61 (sys.hash_info): a mapping of such keys has one long chain.
_MAX_KEY = 1 << 60


def add(left: Any, right: Any) -> Any:
    """`left + right`."""
    if isinstance(left, _SEQUENCES):
        spend(len(left) + (len(right) if hasattr(right, "__len__") else 0))
    return charge(operator.add(_number(left), _number(right)))


def subtract(left: Any, right: Any) -> Any:
    """`left - right`. A mapping's keys would be made a set, of whatever is on the other side."""
    if isinstance(left, _TREES) or isinstance(right, _TREES):
        raise TypeError("only numbers and dates can be subtracted")
    return charge(operator.sub(_number(left), _number(right)))


def multiply(left: Any, right: Any) -> Any:
    """`left * right`: a repeated text or list pays for every copy before it is made."""
    for value, times in ((left, right), (right, left)):
        if isinstance(value, _SEQUENCES) and isinstance(times, int):
            if len(value) * times > 0:
                spend(len(value) * times)
            return charge(operator.mul(left, right))
    if isinstance(left, int) and isinstance(right, int):
        require_bits(left.bit_length() + right.bit_length())
    return operator.mul(_number(left), _number(right))


def divide(left: Any, right: Any) -> Any:
    """`left / right`."""
    return operator.truediv(_number(left), _number(right))


def divide_whole(left: Any, right: Any) -> Any:
    """`left // right`."""
    return operator.floordiv(_number(left), _number(right))


def modulo(left: Any, right: Any) -> Any:
    """`left % right`, of numbers or as text formatting."""
    if isinstance(left, str):
        return percent_format(left, right)
    return operator.mod(_number(left), _number(right))


def power(left: Any, right: Any) -> Any:
    """`left ** right`."""
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        require_bits(left.bit_length() * right)
    return operator.pow(_number(left), _number(right))


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": divide_whole,
    "%": modulo,
    "**": power,
}


def _contains(left: Any, right: Any) -> bool:
    kind = type(right)
    if kind is list and type(left) is str:  # what most templates ask
        spend(len(right) * (1 + len(left) // 256))
    elif kind in _ROWS and not isinstance(left, _TREES):
        spend(len(right) * (1 + (len(left) // 256 if isinstance(left, str) else 0)))
    elif isinstance(right, str):
        spend(len(right) + (len(left) if isinstance(left, str) else 0))
    elif hasattr(right, "__next__"):
        charge(left)
        right = steps(right, 1)
    else:
        charge(left)
        if kind is not dict:
            charge(right)
    return left in right


def _compared(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compare(left: Any, right: Any) -> Any:
        kind = type(left)
        if kind is str or kind is Markup:
            if len(left) > _SHORT:
                spend(len(left))
        elif isinstance(left, _TREES):
            charge(left)
            charge(right)
        return operation(left, right)

    return compare


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": _compared(operator.eq),
    "ne": _compared(operator.ne),
    "gt": _compared(operator.gt),
    "gteq": _compared(operator.ge),
    "lt": _compared(operator.lt),
    "lteq": _compared(operator.le),
    "in": _contains,
    "notin": lambda left, right: not _contains(left, right),
}


def compared_on(left: Any, *others: tuple[str, Callable[[], Any]]) -> Any:
    """`left < second < third …`: each operand is worked out once, and none behind a comparison that does not hold."""
    holds: Any = True
    for sign, operand in others:
        right = operand()
        holds = COMPARISONS[sign](left, right)
        if not holds:
            break
        left = right
    return holds


def sliced(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """`value[start:stop:step]`."""
    part = value[start:stop:step]
    if isinstance(part, _SEQUENCES) and (type(part) is not str or len(part) > _SHORT):
        spend(len(part) + 1)
    return part


def as_key(key: Any) -> Any:
    """`key` itself when a mapping may have it; TypeError for all but texts, numbers up to 2^60, dates and none. Those
    can't be made to share a hash, so that a mapping never takes longer than its size."""
    if isinstance(key, int) and not -_MAX_KEY < key < _MAX_KEY:
        raise TypeError("a number beyond 2^60 can't be a key")
    if key is None or isinstance(key, (str, int, float, date)):
        return key
    hash(key)  # what has no value says so itself
    raise TypeError(f"a {type(key).__name__} can't be a key: take a text, a number or a date")


def mapping(*pairs: tuple[Any, Any]) -> dict[Any, Any]:
    """`{key: value, …}`."""
    made: dict[Any, Any] = charge({as_key(key): value for key, value in pairs})
    return made


def make_dict(items: Any = (), /, **named: Any) -> dict[Any, Any]:
    """`dict(items, name=value, …)` of a mapping or of pairs."""
    pairs: Iterable[Any] = items.items() if isinstance(items, dict) else items
    return mapping(*((key, value) for key, value in steps(pairs, 2)), *named.items())


def _number(value: Any) -> Any:
    return within_bits(value) if isinstance(value, int) else value
