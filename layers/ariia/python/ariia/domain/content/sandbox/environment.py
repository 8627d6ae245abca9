"""The sandbox that tenants' templates run in.

What is closed, and why:
- attributes: an allow-list by type instead of Jinja2's deny-list. Dunders, `mro`, generator and frame attributes,
  `str.format`/`format_map` (CVE-2016-10745, CVE-2019-10906, CVE-2024-56326) and `|attr` (CVE-2025-27516) all fail
  because nothing names them; a mapping's own key wins over a method of the same name.
- globals: `range` (capped), `dict`, `namespace`; no `lipsum` (its `__globals__` lead to `os`), `cycler`, `joiner`.
- `safe` and `{% autoescape %}`: what a member typed can't become HTML.
- size and time: every operator, comparison, test, filter, slice, literal, call and loop is charged to the render's
  meter for what it reads, before it does so. No constant is worked out while compiling.
- keys of mappings: texts, numbers up to 2^60 and dates, none of which can be made to share a hash.
- file names in templates (CVE-2024-56201): the engine alone names what it compiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jinja2.runtime import Context, Macro, Undefined, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from ariia.domain.content.sandbox.attributes import attribute_of, spend_on_call
from ariia.domain.content.sandbox.compiler import MeteredCodeGenerator
from ariia.domain.content.sandbox.filters import HTML_FILTERS, PLAIN_FILTERS
from ariia.domain.content.sandbox.meter import RenderLimitError, charge, spend, steps
from ariia.domain.content.sandbox.operators import BINARY, COMPARISONS, compared_on, make_dict, mapping, sliced
from ariia.domain.content.sandbox.template_tests import TESTS
from ariia.domain.content.sandbox.values import MissingValue, printable, printed_html

MAX_RANGE = 10_000
# A call takes about as long as fifty of the meter's other units.
_CALL = 50


def capped_range(*args: int) -> range:
    """`range` of at most 10,000 numbers; RenderLimitError beyond."""
    numbers = range(*args)
    if len(numbers) > MAX_RANGE:
        raise RenderLimitError(f"range may count to at most {MAX_RANGE}")
    return numbers


def _namespace(items: Any = (), /, **named: Any) -> Namespace:
    return Namespace(make_dict(items, **named))


class ContentEnvironment(ImmutableSandboxedEnvironment):
    """Compiles and runs tenants' templates; only inside `meter.metered()`."""

    code_generator_class = MeteredCodeGenerator
    intercepted_binops = frozenset(BINARY)
    comparisons = COMPARISONS
    spend = staticmethod(spend)
    charged = staticmethod(charge)
    steps = staticmethod(steps)
    sliced = staticmethod(sliced)
    mapping = staticmethod(mapping)
    compared_on = staticmethod(compared_on)
    printed_html = staticmethod(printed_html)

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape,
            undefined=MissingValue,
            finalize=printable,
            keep_trailing_newline=True,
            auto_reload=False,
            optimized=False,
        )
        self.globals = {"range": capped_range, "dict": make_dict, "namespace": _namespace}
        self.filters = dict(HTML_FILTERS if autoescape else PLAIN_FILTERS)
        self.tests = dict(TESTS)
        self.binop_table = dict(BINARY)

    @staticmethod
    def concat(chunks: Iterable[str]) -> str:
        """Joins the output of a macro or block, charged first."""
        pieces = list(chunks)
        spend(sum(map(len, pieces)))
        return "".join(pieces)

    @staticmethod
    def joined(values: tuple[Any, ...], autoescape: bool) -> str:
        """The `~` operator."""
        printed = [printable(value) for value in values]
        spend(sum(len(value) if isinstance(value, str) else 20 for value in printed))
        return markup_join(printed) if autoescape else str_join(printed)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`: a mapping's key, else an attribute on the allow-list of its type, else a missing value."""
        if type(obj) is dict:
            try:
                return obj[attribute]
            except KeyError:
                pass
        if isinstance(obj, Undefined):
            return obj._fail_with_undefined_error()
        return attribute_of(self, obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`; falls back to the same attributes as `obj.argument`."""
        if isinstance(argument, tuple):
            charge(argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str):
                return self.getattr(obj, str(argument))
        return self.undefined(obj=obj, name=argument)

    def call(self, __context: Context, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Calls macros, loops and allowed methods; the call, what it reads and what comes back are charged."""
        spend(_CALL + 3 * len(args) + 10 * len(kwargs))
        if not isinstance(__obj, Macro):
            spend_on_call(__obj, args, kwargs)
        return charge(super().call(__context, __obj, *args, **kwargs))


@lru_cache(maxsize=1)
def html_environment() -> ContentEnvironment:
    """The environment of HTML parts: every value is escaped."""
    return ContentEnvironment(autoescape=True)


@lru_cache(maxsize=1)
def plain_environment() -> ContentEnvironment:
    """The environment of subjects and text parts: nothing is escaped."""
    return ContentEnvironment(autoescape=False)
