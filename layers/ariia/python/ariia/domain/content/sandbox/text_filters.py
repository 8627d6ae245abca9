"""Filters that make text of text, each charged before it does so, and the checks of those that could multiply it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import filters as builtin
from jinja2.environment import Environment
from jinja2.exceptions import FilterArgumentError
from jinja2.nodes import EvalContext
from jinja2.utils import pass_environment, pass_eval_context
from markupsafe import Markup, escape, soft_str

from ariia.domain.content.sandbox.meter import RenderLimitError, spend
from ariia.domain.content.sandbox.values import printable

MAX_WIDTH = 1_000
_FORMAT_SPEC = re.compile(r"%(?:\((\w+)\))?[-#0 +]{0,5}(\d{0,3})(?:\.(\d{0,3}))?[diouxXeEfFgGs%]", re.ASCII)


def within(size: Any, limit: int, what: str) -> int:
    """`size` as an int if it is at most `limit`; RenderLimitError naming `what` otherwise."""
    number = int(size)
    if abs(number) > limit:
        raise RenderLimitError(f"{what} may be at most {limit}, not {number}")
    return number


def spend_on_pairs(text: str, others: Any) -> None:
    """Spends what it takes to look for each character of `text` among `others`, or for `others` from its end."""
    if isinstance(others, str):
        spend(len(text) * (1 + len(others) // 16))


@pass_eval_context
def replace(eval_ctx: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja2's `replace`, its result's size charged before it is made."""
    marked = hasattr(old, "__html__") or hasattr(new, "__html__")
    text = escape(s) if eval_ctx.autoescape and marked and not hasattr(s, "__html__") else soft_str(s)
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
    spend(2 * len(pattern))
    specs = list(_FORMAT_SPEC.finditer(pattern))
    if sum(spec.group().count("%") for spec in specs) != pattern.count("%"):
        raise RenderLimitError("formats are %s, %d, %.2f, %(name)s and the like, up to 999 characters wide")
    spend(sum(10 + int(spec[2] or 0) + int(spec[3] or 0) for spec in specs))
    if isinstance(values, Mapping) and all(spec[1] for spec in specs if spec.group() != "%%"):
        values = {spec[1]: printable(values[spec[1]]) for spec in specs if spec[1]}
        texts = sum(len(str(values[spec[1]])) for spec in specs if spec[1])
    else:
        values = values if isinstance(values, tuple) else (values,)
        spend(10 * len(values))
        values = tuple(map(printable, values))
        texts = sum(len(str(value)) for value in values)
    spend(texts)
    text: str = pattern % values
    return text


def formatted(value: str, *args: Any, **kwargs: Any) -> str:
    """The filter `format`: `'%s of %s'|format(1, 2)`."""
    if args and kwargs:
        raise FilterArgumentError("format takes values by position or by name, not both")
    return percent_format(soft_str(value), kwargs or args)


def center(value: str, width: int = 80) -> str:
    """Jinja2's `center`, up to 1,000 characters wide."""
    return soft_str(value).center(within(width, MAX_WIDTH, "center's width"))


def indent(s: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Jinja2's `indent`, its result's size charged before it is made."""
    size = within(len(width) if isinstance(width, str) else width, MAX_WIDTH, "indent's width")
    text = soft_str(s)
    lines = len(text.splitlines())
    spend(lines * (2 + abs(size)))
    return builtin.do_indent(text, width, first, blank)


def trim(value: str, chars: str | None = None) -> str:
    """Jinja2's `trim`."""
    text = soft_str(value)
    spend_on_pairs(text, chars)
    return text.strip(chars)


def striptags(value: str) -> str:
    """Jinja2's `striptags`, which copies the text for each of its tags."""
    text = soft_str(value)
    spend(len(text) * (1 + text.count("<") // 16))
    return builtin.do_striptags(text)


@pass_environment
def wordwrap(environment: Environment, s: str, width: int = 79, break_long_words: bool = True) -> str:
    """Jinja2's `wordwrap` with the line ends that it has."""
    return builtin.do_wordwrap(environment, soft_str(s), max(1, int(width)), break_long_words)
