"""The tests a template may use (`is upper`, `is divisibleby 3`): Jinja2's own, those charged that take long for long
values."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import tests as builtin
from jinja2.environment import Environment

from ariia.domain.content.sandbox.meter import spend
from ariia.domain.content.sandbox.operators import COMPARISONS, modulo
from ariia.domain.content.sandbox.values import printable

_Test = Callable[..., Any]
_BUILTIN: Mapping[str, _Test] = builtin.TESTS  # type: ignore[assignment]
_COMPARED = {
    "eq": ("eq", "==", "equalto"),
    "ne": ("ne", "!="),
    "gt": ("gt", ">", "greaterthan"),
    "gteq": ("ge", ">="),
    "lt": ("lt", "<", "lessthan"),
    "lteq": ("le", "<="),
    "in": ("in",),
}


def _of_text(test: _Test) -> _Test:
    def judge(value: Any) -> bool:
        shown = printable(value)
        spend(len(shown) if isinstance(shown, str) else 1)
        return bool(test(shown))

    return judge


def _of_names(test: _Test) -> _Test:
    @functools.wraps(test)  # which keeps Jinja2's mark of what to pass first
    def judge(environment: Environment, value: Any) -> bool:
        return isinstance(value, str) and bool(test(environment, value))

    return judge


TESTS: dict[str, _Test] = {
    **_BUILTIN,
    **{name: COMPARISONS[sign] for sign, names in _COMPARED.items() for name in names},
    "lower": _of_text(builtin.test_lower),
    "upper": _of_text(builtin.test_upper),
    "divisibleby": lambda value, number: modulo(value, number) == 0,
    "even": lambda value: modulo(value, 2) == 0,
    "filter": _of_names(builtin.test_filter),
    "test": _of_names(builtin.test_test),
    "odd": lambda value: modulo(value, 2) == 1,
}
