"""Which attributes a template may read, by the type of the object. All others don't exist for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from jinja2.environment import Environment
from jinja2.exceptions import SecurityError
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from jinja2.utils import Namespace

from ariia.domain.content.sandbox.meter import charge, spend, steps
from ariia.domain.content.sandbox.text_filters import MAX_WIDTH, replace_text, spend_on_pairs, within
from ariia.domain.content.sandbox.values import printable

_TEXT_METHODS = (
    "upper lower title capitalize strip lstrip rstrip startswith endswith split rsplit splitlines find index count "
    "isdigit isalpha isalnum isnumeric isupper islower removeprefix removesuffix"
)
_LOOP = "index index0 revindex revindex0 first last length depth depth0 previtem nextitem cycle changed"
_ALLOWED: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, frozenset(_TEXT_METHODS.split())),
    (dict, frozenset({"get", "items", "keys", "values"})),
    (_GroupTuple, frozenset({"grouper", "list"})),
    ((list, tuple), frozenset({"index", "count"})),
    (datetime, frozenset({"year", "month", "day", "hour", "minute", "second", "isoformat", "date"})),
    (date, frozenset({"year", "month", "day", "isoformat"})),
    (LoopContext, frozenset(_LOOP.split())),
    (Macro, frozenset({"name", "arguments", "caller", "catch_kwargs", "catch_varargs"})),
    (BlockReference, frozenset({"super"})),
)


def _pad(method: str, text: str, width: int, fill: str = " ") -> str:
    size = within(width, MAX_WIDTH, f"{method}'s width")
    arguments = (size,) if method == "zfill" else (size, fill)
    padded: str = getattr(text, method)(*arguments)
    return padded


def _join(text: str, items: Any) -> str:
    parts = [printable(item) for item in steps(items, 2)]
    spend(sum(len(part) for part in parts) + len(text) * len(parts))
    return text.join(parts)


# Methods that can multiply their input run through a check of the result's size.
_CHECKED: dict[str, Callable[..., str]] = {
    "replace": replace_text,
    "join": _join,
    **{method: partial(_pad, method) for method in ("center", "ljust", "rjust", "zfill")},
}


# Methods that may compare each character of the text with each one of their argument.
_PAIRING = frozenset({"strip", "lstrip", "rstrip", "rsplit"})


def spend_on_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Takes the price of calling anything but a macro: of what it is given, and of the text or list that it reads."""
    charge(args)
    if kwargs:
        charge(kwargs)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, str):
        spend(len(owner))
        if args and function.__name__ in _PAIRING:
            spend_on_pairs(owner, args[0])
    elif isinstance(owner, (list, tuple)):
        charge(owner)


def attribute_of(environment: Environment, obj: Any, name: str) -> Any:
    """The attribute `name` of `obj` if the allow-list has it, else a missing value (a SecurityError when used if
    Python would have had the attribute)."""
    if isinstance(obj, str) and name in _CHECKED:
        return partial(_CHECKED[name], obj)
    if isinstance(obj, Namespace) and not name.startswith("_"):
        return getattr(obj, name, environment.undefined(obj=obj, name=name))
    if isinstance(obj, TemplateReference) and not name.startswith("_"):
        return obj[name]
    for kind, names in _ALLOWED:
        if isinstance(obj, kind):
            return getattr(obj, name) if name in names else _closed(environment, obj, name)
    return _closed(environment, obj, name)


def _closed(environment: Environment, obj: Any, name: str) -> Any:
    if hasattr(type(obj), name) or name.startswith("_"):
        return environment.undefined(f"'{name}' is not available in templates", obj=obj, name=name, exc=SecurityError)
    return environment.undefined(obj=obj, name=name)
