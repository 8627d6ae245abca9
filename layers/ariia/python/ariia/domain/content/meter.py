"""A budget of work for each render, so that no template can exhaust the memory or the time of its process.

Jinja2's sandbox closes attributes but limits neither CPU nor memory (its documentation says so). Every loop pass,
macro call, filter, operator and literal is therefore charged for what it makes: one unit for each character, item or
template node. Values can't grow past the budget whichever way they are put together, and the loops that could put
them together run out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar, Token
from typing import Any

from markupsafe import Markup

from ariia.domain.errors import InvalidError

# A 100 KB message with a macro around it uses about 0.25 million; a unit takes about 0.2 µs.
WORK_PER_RENDER = 1_000_000


class RenderLimitError(InvalidError):
    """The template wants more work, memory or output than a message may need."""


class Meter:
    """What is left of one render's budget, in units."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


_current: ContextVar[Meter] = ContextVar("render_meter")


class metered:
    """Runs the block with a fresh budget of `work` units; templates compile and render only inside one."""

    __slots__ = ("_token", "_work")

    def __init__(self, work: int = WORK_PER_RENDER) -> None:
        self._work = work

    def __enter__(self) -> None:
        self._token: Token[Meter] = _current.set(Meter(self._work))

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def spend(units: int) -> None:
    """Takes `units` from the running budget; RenderLimitError when it is used up."""
    meter = _current.get()
    meter.left -= units
    if meter.left < 0:
        raise RenderLimitError("the template does more work than one message may need (loop, repetition or recursion)")


def charge(value: Any) -> Any:
    """Spends the size of `value` as a tree, so that references nested in each other can't explode; returns it."""
    kind = type(value)
    if kind is str or kind is Markup:
        spend(len(value))
    elif isinstance(value, dict):
        spend(len(value) + 1)
        for key, item in value.items():
            charge(key)
            charge(item)
    elif isinstance(value, (list, tuple)):
        spend(len(value) + 1)
        for item in value:
            charge(item)
    else:
        spend(len(value) if isinstance(value, range) else 1)
    return value


def charge_each(items: Iterable[Any]) -> Iterator[Any]:
    """The items of a lazy filter, each charged when it is taken."""
    for item in items:
        yield charge(item)
