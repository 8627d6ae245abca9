"""The filters a template may use: Jinja2's own, each charged to the render's budget for all that it is given, and ours
in place of those that could multiply their input.

Left out on purpose: `attr` (CVE-2025-27516 reached `str.format` through it), `safe` (would let a member's name be
HTML), `pprint` (prints Python objects), `random` (a retry must render the same), `urlize` (multiplies its options).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import GeneratorType
from typing import Any

from jinja2 import filters as builtin

from ariia.domain.content.sandbox import item_filters as many
from ariia.domain.content.sandbox import text_filters as text
from ariia.domain.content.sandbox.dates import format_date
from ariia.domain.content.sandbox.meter import charge, spend, within_bits
from ariia.domain.content.sandbox.values import printable

_Filter = Callable[..., Any]
# Calling a filter takes about as long as that many units.
_CALL = 5
_MAX_PRECISION = 15
# What a character of the text costs, in units. All of these print what they are given: they take what can be printed.
_OF_TEXT: dict[str, tuple[_Filter, int]] = {
    **{name: (builtin.FILTERS[name], 1) for name in ("capitalize", "lower", "string", "truncate", "upper")},
    **{name: (builtin.FILTERS[name], 2) for name in ("e", "escape", "forceescape", "title", "wordcount")},
    "center": (text.center, 1),
    "format": (text.formatted, 1),
    "indent": (text.indent, 2),
    "replace": (text.replace, 1),
    "striptags": (text.striptags, 2),
    "trim": (text.trim, 1),
    "wordwrap": (text.wordwrap, 10),
}
# These do no more than to hand something on.
_FREE = ("count", "d", "default", "first", "last", "length")
# Work begins when somebody takes an item of the result.
_LAZY = ("map", "reject", "rejectattr", "select", "selectattr")
_OF_NUMBERS = ("abs", "filesizeformat", "float", "int", "round")
_OF_MANY: dict[str, _Filter] = {
    "batch": many.batch,
    "dictsort": many.dictsort,
    "groupby": many.groupby,
    "items": many.items,
    "join": many.join,
    "list": many.listed,
    "max": many.largest,
    "min": many.smallest,
    "reverse": many.reversed_items,
    "slice": many.sliced_items,
    "sort": many.sort,
    "sum": many.total,
    "tojson": many.tojson,
    "unique": many.unique,
    "urlencode": many.urlencode,
    "xmlattr": many.xmlattr,
}


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    return builtin.do_round(value, text.within(precision, _MAX_PRECISION, "round's precision"), method)


def _subject_at(function: _Filter) -> int:
    """The place of what a filter is applied to: behind the environment or context that Jinja2 passes first."""
    return 1 if hasattr(function, "jinja_pass_arg") else 0


def _price(args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """Units for calling a filter with these options; RenderLimitError for a number that is too large."""
    units = _CALL
    for value in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(value, str):
            units += len(value)
        elif type(value) is int:
            within_bits(value)
    return units


def _of_text(function: _Filter, weight: int) -> _Filter:
    at = _subject_at(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        subject, options = printable(args[at]), args[at + 1 :]
        size = weight * len(subject) if isinstance(subject, str) else weight
        spend(size + (_price(options, kwargs) if options or kwargs else _CALL))
        return charge(function(*args[:at], subject, *options, **kwargs))

    return call


def _free(function: _Filter) -> _Filter:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        spend(_CALL)
        return function(*args, **kwargs)

    return call


def _lazy(function: _Filter) -> _Filter:
    at = _subject_at(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        spend(_price(args[at + 1 :], kwargs))
        named = kwargs.get("attribute", args[at + 1] if len(args) > at + 1 else None)
        return function(*args[:at], many.each(args[at], named), *args[at + 1 :], **kwargs)

    return call


def _of_numbers(function: _Filter) -> _Filter:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        spend(_price(args, kwargs))
        return charge(function(*args, **kwargs))

    return call


def _of_many(function: _Filter) -> _Filter:
    at = _subject_at(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        spend(_price(args[at + 1 :], kwargs))
        result = function(*args, **kwargs)
        return result if isinstance(result, GeneratorType) else charge(result)

    return call


def _of_dates(function: _Filter) -> _Filter:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        spend(3 * _price(args, kwargs))
        return charge(function(*args, **kwargs))

    return call


HTML_FILTERS: dict[str, _Filter] = {
    **{name: _of_text(function, weight) for name, (function, weight) in _OF_TEXT.items()},
    **{name: _free(builtin.FILTERS[name]) for name in _FREE},
    **{name: _lazy(builtin.FILTERS[name]) for name in _LAZY},
    **{name: _of_numbers(_round if name == "round" else builtin.FILTERS[name]) for name in _OF_NUMBERS},
    **{name: _of_many(function) for name, function in _OF_MANY.items()},
    "date": _of_dates(format_date),
}
# In a subject or a text part nothing is HTML: an author's |e must not put &amp; into somebody's subject.
PLAIN_FILTERS = HTML_FILTERS | dict.fromkeys(("e", "escape", "forceescape"), HTML_FILTERS["string"])
