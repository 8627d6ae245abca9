"""Which values a template may print, and what a missing one does."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from jinja2.exceptions import UndefinedError
from jinja2.runtime import StrictUndefined
from jinja2.utils import missing
from markupsafe import Markup, escape

from ariia.domain.content.sandbox.meter import spend, within_bits

# Looking through a text as short as that is paid by the node that prints it.
_SHORT = 512
_LARGE = 1 << 60
# What markupsafe escapes. Most values hold none of it, and looking costs half of what escaping does.
_SPECIAL = re.compile("[&<>\"']").search


class MissingValue(StrictUndefined):
    """An unknown name or a field without a value: printing it, or computing with it, is an error, never a blank.

    A *field* that is missing may be tested (`{% if member.first_name %}`, `== 'gold'`), since a member without a
    value is normal; an unknown *name* and a closed attribute may not even be tested.
    """

    __slots__ = ()

    def _is_empty_field(self) -> bool:
        return self._undefined_obj is not missing and self._undefined_exception is UndefinedError

    def __bool__(self) -> bool:  # type: ignore[override]
        return False if self._is_empty_field() else self._fail_with_undefined_error()

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return isinstance(other, MissingValue) if self._is_empty_field() else self._fail_with_undefined_error()

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    __hash__ = StrictUndefined.__hash__  # type: ignore[assignment]

    @property
    def _undefined_message(self) -> str:
        """Jinja2's message without the Python type of the object; it is shown to tenants."""
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f"the variable '{self._undefined_name}' is unknown or has no value"
        return f"'{self._undefined_name}' has no value here; give one with |default('…') or test it with 'if'"


def printable(value: Any) -> Any:
    """`value` if it is text, a number, a truth value or a date; UndefinedError or TypeError for all else.

    Lists, mappings and objects would print as Python source (with addresses in memory), and none as "None".
    """
    kind = type(value)
    if kind is str:
        return value
    if kind is Markup:
        spend(len(value))  # where nothing is escaped, printing makes a copy
        return value
    if kind is int:
        return value if -_LARGE < value < _LARGE else within_bits(value)
    if isinstance(value, (str, int, float, Decimal)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrictUndefined):
        return str(value)
    if value is None:
        raise UndefinedError("a value is empty (none) here; give one with |default('…', true)")
    raise TypeError(f"a {_name_of(kind)} can't be printed; pick an item of it or use |join")


def printed_html(value: Any) -> str:
    """`value` as HTML text: what `printable` lets through, escaped."""
    if type(value) is str:
        if len(value) > _SHORT:
            spend(len(value))
        if _SPECIAL(value) is None:
            return value
    elif isinstance(value, Markup):
        return value
    return escape(printable(value))


def _name_of(kind: type) -> str:
    return "mapping" if kind is dict else kind.__name__
