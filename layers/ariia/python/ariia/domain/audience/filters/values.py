"""Values of conditions: how each operand is read, and the form in which two values are compared."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ariia.domain.audience.filters.operators import Operand
from ariia.domain.members.member import ConsentStatus
from ariia.domain.text_values import MAX_TAG, TAG_PATTERN, FieldError, normal

MAX_TEXT = 1_000
MAX_ITEMS = 500
MAX_DAYS = 36_500
MAX_NUMBER = 2**53
MOMENT_PATTERN = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
)
_MOMENT, _TAG = re.compile(MOMENT_PATTERN), re.compile(TAG_PATTERN)
_MOMENT_WORDS = "an ISO 8601 instant with its zone, or a date (its start in UTC), for example 2026-03-01"

Comparable = tuple[str, Any]


def comparable(value: Any) -> Comparable:
    """The form in which values are equal or not: texts without regard to case, and true is not 1."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, str):
        return "text", folded(value)
    return "number", value


def folded(value: str) -> str:
    """A text as it is compared: in normal form C, case folded."""
    return normal(value).casefold()


def moment(value: Any) -> int | None:
    """The instant (epoch ms) that a text names; None when it names none. A date alone is its start in UTC."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        named = datetime.fromisoformat(value)
    except ValueError:
        return None
    return round((named if named.tzinfo else named.replace(tzinfo=UTC)).timestamp() * 1000)


def number(value: Any) -> float | None:
    """`value` itself when it is a number; else None."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def parse_operand(operand: Operand, value: Any) -> Any:
    """The value in the form in which it is compared; FieldError when it does not fit."""
    return _PARSERS[operand](value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise FieldError("is not a text", f"a text of 1 to {MAX_TEXT} characters")
    return folded(value)


def _tag(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TAG or not _TAG.fullmatch(value):
        raise FieldError("is not a tag", f"a tag of at most {MAX_TAG} characters")
    return normal(value)


def _scalar(value: Any) -> Comparable:
    if isinstance(value, bool):
        return comparable(value)
    return comparable(_text(value) if isinstance(value, str) else _number(value))


def _number(value: Any) -> float:
    found = number(value)
    if found is None or abs(found) > MAX_NUMBER or not math.isfinite(found):
        raise FieldError("is not a number", "a number from -2^53 to 2^53")
    return found


def _moment(value: Any) -> int:
    found = moment(value)
    if found is None:
        raise FieldError("is not an instant", _MOMENT_WORDS)
    return found


def _range(value: Any) -> tuple[str, Any, Any]:
    if isinstance(value, list) and value and isinstance(value[0], str):
        return _bounds("moment", _moment, value)
    return _bounds("number", _number, value)


def _bounds(kind: str, read: Callable[[Any], Any], value: Any) -> tuple[str, Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise FieldError("is not a pair", "a list of the lower and the upper bound, both included")
    low, high = read(value[0]), read(value[1])
    if low > high:
        raise FieldError("has its bounds the wrong way round", "a lower bound that is not above the upper one")
    return kind, low, high


def _days(value: Any) -> int:
    found = number(value)
    if found is None or not 1 <= found <= MAX_DAYS or found != int(found):
        raise FieldError("is not a number of days", f"a whole number from 1 to {MAX_DAYS}")
    return int(found)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FieldError("is not true or false", "true or false")
    return value


def _consent(value: Any) -> str:
    allowed = [str(status) for status in ConsentStatus]
    if not isinstance(value, str) or value not in allowed:
        raise FieldError("is not a consent status", " or ".join(allowed))
    return value


def _several(read: Callable[[Any], Any]) -> Callable[[Any], frozenset[Any]]:
    def parse(value: Any) -> frozenset[Any]:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_ITEMS:
            raise FieldError("is not a list of values", f"a list of 1 to {MAX_ITEMS} values")
        return frozenset(read(one) for one in value)

    return parse


_PARSERS: dict[Operand, Callable[[Any], Any]] = {
    Operand.TEXT: _text,
    Operand.TEXTS: _several(_text),
    Operand.TAG: _tag,
    Operand.TAGS: _several(_tag),
    Operand.CONSENT: _consent,
    Operand.CONSENTS: _several(_consent),
    Operand.SCALAR: _scalar,
    Operand.SCALARS: _several(_scalar),
    Operand.NUMBER: _number,
    Operand.MOMENT: _moment,
    Operand.MOMENTS: lambda value: _bounds("moment", _moment, value),
    Operand.RANGE: _range,
    Operand.DAYS: _days,
    Operand.FLAG: _flag,
}
