"""A budget of work for each render, so that no template can exhaust the memory or the time of its process.

Jinja2's sandbox closes attributes but limits neither CPU nor memory (its documentation says so). Every loop pass,
call, filter, test, operator, comparison, slice and literal is therefore charged for what it reads and makes, before it
does: one unit for each character, item or template node, more where the work is more than that. Values can't grow past
the budget whichever way they are put together, and the loops that could put them together run out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any

from markupsafe import Markup

from ariia.domain.errors import InvalidError

# A 100 KB message with a macro around it uses about 0.25 million. A unit is meant to take 0.2 µs, and no template gets
# ten times that out of it: tests measure each operator, filter, test and method on each kind of value.
WORK_PER_RENDER = 1_000_000
MAX_INT_BITS = 1_024
_LARGE = 1 << 60
# Of a mapping: its keys, its values, its items.
VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_CONTAINERS = (list, tuple, dict, range, *VIEWS)


class RenderLimitError(InvalidError):
    """The template wants more work, memory or output than a message may need."""


class Meter:
    """What is left of one render's budget, in units."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


_current: ContextVar[Meter] = ContextVar("render_meter")
_bounded: ContextVar[bool] = ContextVar("render_bounded", default=False)


@contextmanager
def bounded() -> Iterator[None]:
    """The block may compile and render templates: who enters it has set a deadline of CPU and of wall time."""
    token = _bounded.set(True)
    try:
        yield
    finally:
        _bounded.reset(token)


class metered:
    """Runs the block with a fresh budget of `work` units; templates compile and render only inside one, and it is
    only to be had inside `bounded()`: the budget bounds what is counted, the deadline what nobody thought of."""

    __slots__ = ("_token", "_work")

    def __init__(self, work: int = WORK_PER_RENDER) -> None:
        self._work = work

    def __enter__(self) -> Meter:
        if not _bounded.get():
            raise AssertionError("templates are read and rendered under a deadline only")
        meter = Meter(self._work)
        self._token: Token[Meter] = _current.set(meter)
        return meter

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def spend(units: int) -> None:
    """Takes `units` from the running budget; RenderLimitError when it is used up."""
    meter = _current.get()
    meter.left -= units
    if meter.left < 0:
        raise RenderLimitError("the template does more work than one message may need (loop, repetition or recursion)")


def charge(value: Any) -> Any:
    """Spends the size of `value` as a tree, so that references nested in each other can't explode; returns it.
    RenderLimitError also for a number of more than 1,024 bits."""
    kind = type(value)
    if kind is str or kind is Markup:
        spend(len(value))
    elif kind is int:
        spend(1)
        within_bits(value)
    elif kind is dict:
        _charge_items(value.keys())
        _charge_items(value.values())
    elif kind is range:
        spend(len(value) + 1)
    elif isinstance(value, _CONTAINERS):
        _charge_items(value)
    else:
        spend(1)
    return value


def _charge_items(items: Any) -> None:
    spend(len(items) + 1)
    units = 0
    for item in items:
        kind = type(item)
        if kind is str or kind is Markup:
            units += len(item)
        elif kind is int:
            if not -_LARGE < item < _LARGE:
                within_bits(item)
        elif isinstance(item, _CONTAINERS):
            charge(item)
    spend(units)


def charge_sorting(keys: Sequence[Any]) -> None:
    """Spends what it takes to bring `keys` into their order, each comparison of them being paid by their size."""
    meter = _current.get()
    before = meter.left
    charge(keys)
    spend((before - meter.left) * len(keys).bit_length())


def steps(items: Iterable[Any], units: int) -> Iterator[Any]:
    """The items, `units` spent for each when it is taken."""
    for item in items:
        spend(units)
        yield item


def within_bits(number: int) -> int:
    """`number` itself; RenderLimitError when it has more than 1,024 bits."""
    require_bits(number.bit_length())
    return number


def require_bits(bits: int) -> None:
    """RenderLimitError when a number of so many bits is larger than numbers may be."""
    if bits > MAX_INT_BITS:
        raise RenderLimitError("a number in the template grows too large")
