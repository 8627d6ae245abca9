"""The filters a template may use: Jinja2's own, each charged to the render's budget, and those that could multiply
their input checked before they do so.

Left out on purpose: `attr` (CVE-2025-27516 reached `str.format` through it), `safe` (would let a member's name be
HTML), `pprint` (prints Python objects), `random` (a retry must render the same), `urlize` (multiplies its options).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from types import GeneratorType
from typing import Any

from jinja2 import filters as builtin
from jinja2.environment import Environment
from jinja2.exceptions import FilterArgumentError
from jinja2.nodes import EvalContext
from jinja2.utils import pass_environment, pass_eval_context
from markupsafe import Markup, escape, soft_str

from .dates import format_date
from .meter import RenderLimitError, charge, charge_each, spend
from .values import printable

MAX_WIDTH = 1_000
_MAX_PRECISION = 15
_NAMES = (
    "abs batch capitalize center count d default dictsort e escape filesizeformat first float forceescape groupby "
    "indent int items join last length list lower map max min reject rejectattr replace reverse round select "
    "selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode wordcount wordwrap "
    "xmlattr"
)
_FORMAT_SPEC = re.compile(r"%(?:\((\w+)\))?[-#0 +]{0,5}(\d{0,3})(?:\.(\d{0,3}))?[diouxXeEfFgGcs%]", re.ASCII)


def within(size: Any, limit: int, what: str) -> int:
    """`size` as an int if it is at most `limit`; RenderLimitError naming `what` otherwise."""
    number = int(size)
    if abs(number) > limit:
        raise RenderLimitError(f"{what} may be at most {limit}, not {number}")
    return number


@pass_eval_context
def join(eval_ctx: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Jinja2's `join`, its result's size charged before it is made."""
    pick = builtin.make_attrgetter(eval_ctx.environment, attribute)
    items = [printable(pick(item)) for item in charge_each(value)]
    spend(sum(len(str(item)) for item in items) + len(d) * len(items))
    return builtin.sync_do_join(eval_ctx, items, d)


@pass_eval_context
def replace(eval_ctx: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja2's `replace`, its result's size charged before it is made."""
    marked = hasattr(old, "__html__") or hasattr(new, "__html__")
    text = escape(s) if eval_ctx.autoescape and marked and not hasattr(s, "__html__") else soft_str(printable(s))
    return replace_text(text, soft_str(printable(old)), soft_str(printable(new)), -1 if count is None else count)


def replace_text(text: str, old: str, new: str, count: int = -1) -> str:
    """`str.replace` (or `Markup.replace`, which escapes its arguments), charged first."""
    if isinstance(text, Markup):
        old, new = escape(old), escape(new)
    found = text.count(old) if count < 0 else min(count, text.count(old))
    spend(len(text) + found * len(new))
    return text.replace(old, new, count)


def percent_format(pattern: str, values: Any) -> str:
    """`pattern % values` for plain conversions up to 999 wide; RenderLimitError or ValueError for all others."""
    specs = list(_FORMAT_SPEC.finditer(pattern))
    if sum(spec.group().count("%") for spec in specs) != pattern.count("%"):
        raise RenderLimitError("formats are %s, %d, %.2f, %(name)s and the like, up to 999 characters wide")
    widths = sum(int(spec[2] or 0) + int(spec[3] or 0) for spec in specs)
    if isinstance(values, Mapping):
        values = {spec[1]: printable(values[spec[1]]) for spec in specs if spec[1]}
        texts = sum(len(str(values[spec[1]])) for spec in specs if spec[1])
    else:
        values = tuple(map(printable, values if isinstance(values, tuple) else (values,)))
        texts = sum(len(str(value)) for value in values)
    spend(len(pattern) + widths + texts)
    text: str = pattern % values
    return text


def _format(value: str, *args: Any, **kwargs: Any) -> str:
    if args and kwargs:
        raise FilterArgumentError("format takes values by position or by name, not both")
    return percent_format(soft_str(printable(value)), kwargs or args)


def _center(value: str, width: int = 80) -> str:
    return soft_str(printable(value)).center(within(width, MAX_WIDTH, "center's width"))


def _indent(s: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    size = within(len(width) if isinstance(width, str) else width, MAX_WIDTH, "indent's width")
    spend(len(s) + (s.count("\n") + 1) * abs(size))
    return builtin.do_indent(s, width, first, blank)


@pass_environment
def _wordwrap(environment: Environment, s: str, width: int = 79, break_long_words: bool = True) -> str:
    spend(4 * len(s))  # textwrap is slow: about half a microsecond for each character
    return builtin.do_wordwrap(environment, s, max(1, int(width)), break_long_words)


def _batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Iterable[list[Any]]:
    return builtin.do_batch(value, within(linecount, MAX_WIDTH, "batch's size"), fill_with)


def _slice(value: Iterable[Any], slices: int, fill_with: Any = None) -> Iterable[list[Any]]:
    return builtin.sync_do_slice(list(charge_each(value)), within(slices, MAX_WIDTH, "slice's number"), fill_with)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    return builtin.do_round(value, within(precision, _MAX_PRECISION, "round's precision"), method)


@pass_environment
def _sum(
    environment: Environment, iterable: Iterable[Any], attribute: str | int | None = None, start: float = 0
) -> Any:
    pick = builtin.make_attrgetter(environment, attribute)
    numbers = [pick(item) for item in charge_each(iterable)]
    if not all(isinstance(number, (int, float)) for number in [start, *numbers]):
        raise FilterArgumentError("sum adds numbers only")
    return sum(numbers, start)


@pass_eval_context
def _tojson(eval_ctx: EvalContext, value: Any) -> Markup:
    return builtin.do_tojson(eval_ctx, charge(value))


def _metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the texts it reads and its result charged; `wraps` keeps Jinja2's mark of what to pass first."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            if isinstance(value, str):
                spend(len(value))
        result = function(*args, **kwargs)
        return charge_each(result) if isinstance(result, GeneratorType) else charge(result)

    return call


_OWN: dict[str, Callable[..., Any]] = {
    "batch": _batch,
    "center": _center,
    "date": format_date,
    "format": _format,
    "indent": _indent,
    "join": join,
    "replace": replace,
    "round": _round,
    "slice": _slice,
    "sum": _sum,
    "tojson": _tojson,
    "wordwrap": _wordwrap,
}
HTML_FILTERS = {
    name: _metered(function) for name, function in ({n: builtin.FILTERS[n] for n in _NAMES.split()} | _OWN).items()
}
# In a subject or a text part nothing is HTML: an author's |e must not put &amp; into somebody's subject.
PLAIN_FILTERS = HTML_FILTERS | dict.fromkeys(("e", "escape", "forceescape"), HTML_FILTERS["string"])
