"""Templates made to take long: every filter, test, operator and method that a template may use, on every kind of value,
in a loop. And those that once took much longer than the meter knew."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any

from markupsafe import Markup

from ariia.domain.content.sandbox import attributes
from ariia.domain.content.sandbox.environment import html_environment
from ariia.domain.content.sandbox.operators import BINARY

_PRIME = 2**61 - 1  # the modulus of Python's hash of numbers
_NESTED: Any = ["deep"]
for _ in range(60):
    _NESTED = [_NESTED]

# Passed in, as the data of a member or of a request can be, so that having them costs nothing.
VALUES: dict[str, Any] = {
    "text": "a" * 20_000,
    "words": "ab cd " * 3_000,
    "signs": "<&>\"'\n" * 3_000,
    "tags": "<b>x</b><!-- y -->" * 800,
    "accents": "ßÉﬀ😀" * 4_000,
    "percents": "%s%d%%" * 2_000,
    "digits": "1" * 4_000,
    "markup": Markup("<b>x</b>" * 2_000),
    "numbers": list(range(2_000)),
    "alike": ["a" * 500] * 60,
    "texts": [f"{number % 97:05} item" for number in range(2_000)],
    "pairs": [[number, str(number)] for number in range(1_000)],
    "maps": [{"a": number, "b": "x" * 10} for number in range(700)],
    "colliding": [_PRIME * number for number in range(1, 2_000)],
    "large": 2**1_023,
    "huge": 10**4_000,
    "fraction": 1.5e300,
    "small": 3,
    "day": date(2026, 3, 1),
    "mapping": {f"key{number}": number for number in range(2_000)},
    "couple": tuple(range(2_000)),
    "series": range(9_999),
    "nested": _NESTED,
    "shared": [[["x"] * 10] * 10] * 20,
}
# Names for what only a template can make.
MADE = {
    "lazy": "(numbers|map('abs'))",
    "views": "mapping.items()",
    "keys": "mapping.keys()",
    "chunks": "(numbers|batch(3))",
    "space": "spaces",
}
_PREPARED = "{% set spaces = namespace() %}{% set spaces.x = texts %}{% macro m(a) %}{{ a }}{% endmacro %}"
NAMES = (*VALUES, *MADE)
# What most filters read, and what most operators have on their right.
_READ = [one for one in NAMES if one not in ("small", "fraction", "huge", "series", "day", "space")]
_RIGHT = ("text", "numbers", "colliding", "large", "small", "mapping", "keys", "lazy")
# What each filter is tried with, beside nothing.
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "batch": ("3", "999", "2, numbers"),
    "center": ("999",),
    "d": ("numbers",),
    "date": ("'%d%m%Y'*2000", "text", "percents"),
    "default": ("text", "numbers, true"),
    "dictsort": ("true", "false, 'value'", "false, 'value', true"),
    "filesizeformat": ("true",),
    "float": ("text",),
    "format": ("text", "numbers", "1, 2", "*numbers", "a=text"),
    "groupby": ("0", "'a'", "'x.' * 90", "1, text"),
    "indent": ("999", "text", "2, true, true"),
    "int": ("0, 16", "0, 2", "0, 36", "large"),
    "join": ("text", "', '", "',', 0", "attribute='a.b'", "numbers"),
    "map": ("'upper'", "'string'", "'length'", "'list'", "'abs'", "attribute='a'", "attribute='a.'*99", "attribute=0"),
    "max": ("true", "attribute=0", "attribute='a'"),
    "min": ("true", "attribute=0", "attribute='x'"),
    "reject": ("", "'in', numbers", "'eq', 1", "'upper'"),
    "rejectattr": ("'a'", "'a', 'eq', text", "0, 'in', texts", "'a.' * 99"),
    "replace": ("'a', 'bbbb'", "'', 'x'", "text, text", "'b', text", "'a' * 500, 'b'", "'a', 'b', 2", "'', text"),
    "round": ("15", "2, 'ceil'"),
    "select": ("", "'in', numbers", "'eq', text", "'lower'", "'divisibleby', 3", "'defined'"),
    "selectattr": ("'a'", "'a', 'gt', 3", "0, 'in', numbers"),
    "slice": ("3", "999", "2, numbers"),
    "sort": ("true", "false, true", "attribute=0", "attribute='a'", "attribute='a,b'", "attribute='a,'*99"),
    "sum": ("0", "attribute='a'", "start=large"),
    "trim": ("'a'", "text", "hex ~ text"),
    "truncate": ("5", "20000, true", "9000, false, text", "9, true, '', 3"),
    "unique": ("true", "attribute=0", "attribute='a'"),
    "wordwrap": ("1", "2, false", "9999"),
    "xmlattr": ("false",),
}
_LAZY = ("map", "select", "selectattr", "reject", "rejectattr", "unique", "batch", "slice", "items", "reverse")
_METHOD_ARGUMENTS = ("", "text", "'a'", "texts", "'b', text", "999, 'x'", "text, text", "*numbers")


def _methods(value: Any) -> list[str]:
    allowed = next(names for kind, names in attributes._ALLOWED if isinstance(value, kind))
    return sorted(allowed | (attributes._CHECKED.keys() if isinstance(value, str) else set()))


def _value(name: str) -> str:
    return MADE.get(name, name)


def _by_filters() -> Iterator[tuple[str, str]]:
    for name in sorted(html_environment().filters):
        for kind, given in itertools.product(_READ, ("", *_ARGUMENTS.get(name, ()))):
            expression = f"{_value(kind)}|{name}({given})"
            yield f"{kind}|{name}({given})", f"({expression})|list" if name in _LAZY else expression


def _by_tests() -> Iterator[tuple[str, str]]:
    compared = ("in", "eq", "lt", "sameas", "divisibleby", "ge", "ne")
    for name in sorted(html_environment().tests):
        if not name[0].isalpha():
            continue
        for kind in NAMES:
            for other in ("text", "numbers", "mapping", "large") if name in compared else ("",):
                expression = f"{_value(kind)} is {name}({other})" if other else f"{_value(kind)} is {name}"
                yield expression, f"({expression})"


def _by_operators() -> Iterator[tuple[str, str]]:
    signs = (*BINARY, "~", "==", "<", ">=", "in", "not in")
    for sign, (left, right) in itertools.product(signs, itertools.product(NAMES, _RIGHT)):
        yield f"{left} {sign} {right}", f"({_value(left)} {sign} {_value(right)})"
    for name in NAMES:
        for form in (
            "-{0}",
            "+{0}",
            "not {0}",
            "{0}[1:]",
            "{0}[::-1]",
            "{0}[:9]",
            "{0}[0]",
            "{0}['a']",
            "{0}[numbers]",
        ):
            yield form.format(name), form.format(_value(name))
        for form in (
            "[{0}, {0}]",
            "({0},)",
            "{{'a': {0}}}",
            "{{{0}: 1}}",
            "dict(a={0})",
            "dict({0})",
            "namespace({0})",
        ):
            yield form.format(name), form.format(_value(name))
        for form in ("m({0})", "m(*{0})", "m(**{0})", "range({0})|list", "1 < {0} < 3", "{0} if {0} else 1", "{0}.x.y"):
            yield form.format(name), form.format(_value(name))


def _by_methods() -> Iterator[tuple[str, str]]:
    for kind in ("text", "words", "markup", "texts", "couple", "mapping", "day"):
        for method, given in itertools.product(_methods(VALUES[kind]), _METHOD_ARGUMENTS):
            yield f"{kind}.{method}({given})", f"{kind}.{method}({given})"


def _by_loops() -> Iterator[tuple[str, str]]:
    for kind in NAMES:
        one = _value(kind)
        yield f"for c in {kind}", f"{{% for c in {one} %}}{{% endfor %}}"
        yield f"for c in {kind} if", f"{{% for c in {one} if c == 'z' %}}{{% endfor %}}"
        yield f"in loop of {kind}", f"{{% for c in {one} %}}{{% if 'z' in loop %}}{{% endif %}}{{% endfor %}}"
        yield f"print {kind}", f"{{{{ {one} }}}}"
        yield f"keep {kind}", f"{{% set kept %}}{{{{ {one} }}}}{{% endset %}}"


def _over_and_over(body: str) -> str:
    return f"{_PREPARED}{{% for i in range(2000) %}}{body}{{% endfor %}}"


def _assigned(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    return {name: _over_and_over(f"{{% set x = {expression} %}}") for name, expression in found}


# Templates by what they do over and over.
GROUPS: dict[str, dict[str, str]] = {
    "filters": _assigned(_by_filters()),
    "tests": _assigned(_by_tests()),
    "operators": _assigned(_by_operators()),
    "methods": _assigned(_by_methods()),
    "loops": {name: _over_and_over(body) for name, body in _by_loops()},
}
