"""Values of the declared types. A CSV knows only text, so each type is also read from its usual written form.
Each converter raises TypeError or ValueError, which say what is expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from ariia.domain.content.sandbox.dates import parse_date
from ariia.domain.content.variables.roots import clean

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def to_string(value: Any) -> str:
    """Text, or a number as text."""
    if type(value) is str and value.isprintable():
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError("text is expected")
    return str(clean(str(value)))


def to_number(value: Any) -> int | float:
    """A finite int or float, also from text like `12` or `12.5`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError("a number is expected")
    if isinstance(value, str) and len(value) > 40:
        raise ValueError("too many digits")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("a number is expected") from None
    if not math.isfinite(number):
        raise ValueError("a finite number is expected")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def to_boolean(value: Any) -> bool:
    """True or false, also from text (`true`, `yes`, `1`, `false`, `no`, `0`)."""
    found = value if isinstance(value, bool) else _TRUTH.get(str(value).strip().lower())
    if found is None:
        raise ValueError("true or false is expected")
    return found


def to_url(value: Any) -> str:
    """An absolute http or https URL without white space."""
    if not isinstance(value, str):
        raise TypeError("an http or https URL is expected")
    if any(char.isspace() or ord(char) < 32 for char in value):
        raise ValueError("a URL has no white space")
    address = urlsplit(value)
    if address.scheme.lower() not in ("http", "https") or not address.hostname:
        raise ValueError("an http or https URL is expected")
    return str(clean(value))


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": to_string,
    "number": to_number,
    "boolean": to_boolean,
    "date": parse_date,
    "url": to_url,
}
