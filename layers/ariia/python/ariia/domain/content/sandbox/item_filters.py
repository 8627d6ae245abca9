"""Filters that read many values: each is paid for by what it reads, and once more for what is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import filters as builtin
from jinja2.environment import Environment
from jinja2.exceptions import FilterArgumentError
from jinja2.nodes import EvalContext
from jinja2.utils import pass_environment, pass_eval_context
from markupsafe import Markup

from ariia.domain.content.sandbox.meter import RenderLimitError, charge, charge_sorting, spend, steps
from ariia.domain.content.sandbox.operators import as_key
from ariia.domain.content.sandbox.text_filters import MAX_WIDTH, within
from ariia.domain.content.sandbox.values import printable

# Taking an item, looking for one of its attributes, or asking another filter or test takes about as long as ten units.
STEP = 10
_MAX_PATH = 200
_Attribute = str | int | None


def step_of(attribute: Any) -> int:
    """Units for an item of which `attribute` (a path of names, or several) is read; RenderLimitError for a long one."""
    if not isinstance(attribute, str):
        return STEP
    if len(attribute) > _MAX_PATH:
        raise RenderLimitError(f"the name of an attribute may have at most {_MAX_PATH} characters")
    return STEP * (1 + attribute.count(".") + attribute.count(","))


def _taken(environment: Environment, value: Iterable[Any], attribute: _Attribute) -> tuple[list[Any], list[Any]]:
    """The items, and what of each counts."""
    items = list(steps(value, step_of(attribute)))
    if attribute is None:
        return items, items
    paths = attribute.split(",") if isinstance(attribute, str) else [attribute]
    picks = [builtin.make_attrgetter(environment, path) for path in paths]
    return items, [pick(item) for pick in picks for item in items]


def _sorting(environment: Environment, value: Iterable[Any], attribute: _Attribute) -> list[Any]:
    items, keys = _taken(environment, value, attribute)
    charge_sorting(keys)
    return items


@pass_environment
def sort(
    environment: Environment,
    value: Iterable[Any],
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: _Attribute = None,
) -> list[Any]:
    """Jinja2's `sort`."""
    return builtin.do_sort(environment, _sorting(environment, value, attribute), reverse, case_sensitive, attribute)


@pass_environment
def groupby(
    environment: Environment,
    value: Iterable[Any],
    attribute: str | int,
    default: Any = None,
    case_sensitive: bool = False,
) -> list[Any]:
    """Jinja2's `groupby`."""
    items = list(steps(value, step_of(attribute)))
    pick = builtin.make_attrgetter(environment, attribute, default=default)
    charge_sorting([pick(item) for item in items])
    return builtin.sync_do_groupby(environment, items, attribute, default, case_sensitive)


def dictsort(value: Mapping[Any, Any], case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> Any:
    """Jinja2's `dictsort`."""
    charge_sorting(list(value.items()))
    return builtin.do_dictsort(value, case_sensitive, by, reverse)  # type: ignore[arg-type]


@pass_environment
def smallest(
    environment: Environment, value: Iterable[Any], case_sensitive: bool = False, attribute: _Attribute = None
) -> Any:
    """Jinja2's `min`."""
    items, keys = _taken(environment, value, attribute)
    charge(keys)
    return builtin.do_min(environment, items, case_sensitive, attribute)


@pass_environment
def largest(
    environment: Environment, value: Iterable[Any], case_sensitive: bool = False, attribute: _Attribute = None
) -> Any:
    """Jinja2's `max`."""
    items, keys = _taken(environment, value, attribute)
    charge(keys)
    return builtin.do_max(environment, items, case_sensitive, attribute)


@pass_environment
def unique(
    environment: Environment, value: Iterable[Any], case_sensitive: bool = False, attribute: _Attribute = None
) -> Iterator[Any]:
    """Jinja2's `unique`, of values that can be a mapping's keys."""
    fold = None if case_sensitive else builtin.ignore_case
    pick = builtin.make_attrgetter(environment, attribute, postprocess=fold)
    seen = set()
    for item in steps(value, step_of(attribute)):
        key = as_key(charge(pick(item)))
        if key not in seen:
            seen.add(key)
            yield item


@pass_eval_context
def join(eval_ctx: EvalContext, value: Iterable[Any], d: str = "", attribute: _Attribute = None) -> str:
    """Jinja2's `join`, its result's size charged before it is made."""
    pick = builtin.make_attrgetter(eval_ctx.environment, attribute)
    items = [printable(pick(item)) for item in steps(value, step_of(attribute) // 2)]
    spend(sum(len(item) if isinstance(item, str) else 20 for item in items) + len(printable(d)) * len(items))
    return builtin.sync_do_join(eval_ctx, items, d)


@pass_environment
def total(environment: Environment, iterable: Iterable[Any], attribute: _Attribute = None, start: float = 0) -> Any:
    """Jinja2's `sum`, of numbers only."""
    pick = builtin.make_attrgetter(environment, attribute)
    numbers = [pick(item) for item in steps(iterable, step_of(attribute))]
    if not all(isinstance(number, (int, float)) for number in [start, *numbers]):
        raise FilterArgumentError("sum adds numbers only")
    return sum(charge(numbers), start)


def listed(value: Iterable[Any]) -> list[Any]:
    """Jinja2's `list`."""
    return list(steps(value, 1))


def reversed_items(value: Any) -> Any:
    """Jinja2's `reverse`."""
    if isinstance(value, str):
        return value[::-1]
    return builtin.do_reverse(value if isinstance(value, range) else list(steps(value, 1)))


def batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """Jinja2's `batch`, up to 1,000 items wide."""
    size = within(linecount, MAX_WIDTH, "batch's size")
    for row in builtin.do_batch(steps(value, 2), size, fill_with):
        spend(len(row))
        yield row


def sliced_items(value: Iterable[Any], slices: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """Jinja2's `slice`, into up to 1,000 parts."""
    number = within(slices, MAX_WIDTH, "slice's number")
    for part in builtin.sync_do_slice(list(steps(value, 2)), number, fill_with):
        spend(len(part) + 1)
        yield part


def items(value: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Jinja2's `items`."""
    return steps(builtin.do_items(value), 2)


@pass_eval_context
def tojson(eval_ctx: EvalContext, value: Any) -> Markup:
    """Jinja2's `tojson`, on one line."""
    charge([value, value])
    return builtin.do_tojson(eval_ctx, value)


@pass_eval_context
def xmlattr(eval_ctx: EvalContext, d: Mapping[str, Any], autospace: bool = True) -> str:
    """Jinja2's `xmlattr`, of what can be printed; what is none is left out."""
    charge([d, d])
    printed = {key: value if value is None else printable(value) for key, value in d.items()}
    return builtin.do_xmlattr(eval_ctx, printed, autospace)


def urlencode(value: Any) -> str:
    """Jinja2's `urlencode`: of a text, or of names and values as a query."""
    charge([value, value])
    if isinstance(value, (str, int, float)):
        return builtin.do_urlencode(str(printable(value)))
    pairs = value.items() if isinstance(value, Mapping) else value
    return builtin.do_urlencode([(printable(name), printable(one)) for name, one in steps(pairs, STEP)])


def each(value: Iterable[Any], attribute: Any) -> Iterator[Any]:
    """The items of a lazy filter that reads `attribute` (or asks a test or filter of that name) of each."""
    return steps(value, step_of(attribute))
