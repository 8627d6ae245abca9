"""Arithmetic in templates: the operators that could make a small template hold a huge value, charged first."""

from __future__ import annotations

import operator
from typing import Any

from .filters import percent_format
from .meter import RenderLimitError, charge, spend

MAX_INT_BITS = 1_024


def add(left: Any, right: Any) -> Any:
    """`left + right`."""
    if isinstance(left, (str, list, tuple)):
        spend(len(left) + (len(right) if hasattr(right, "__len__") else 0))
    return charge(operator.add(left, right))


def multiply(left: Any, right: Any) -> Any:
    """`left * right`: a repeated text or list pays for every copy before it is made."""
    for value, times in ((left, right), (right, left)):
        if isinstance(value, (str, list, tuple)) and isinstance(times, int):
            if len(value) * times > 0:
                spend(len(value) * times)
            return charge(operator.mul(left, right))
    if isinstance(left, int) and isinstance(right, int):
        _limit_bits(left.bit_length() + right.bit_length())
    return operator.mul(left, right)


def power(left: Any, right: Any) -> Any:
    """`left ** right`."""
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        _limit_bits(left.bit_length() * right)
    return operator.pow(left, right)


def modulo(left: Any, right: Any) -> Any:
    """`left % right`, of numbers or as text formatting."""
    if isinstance(left, str):
        return percent_format(left, right)
    return operator.mod(left, right)


def _limit_bits(bits: int) -> None:
    if bits > MAX_INT_BITS:
        raise RenderLimitError("a number in the template grows too large")
