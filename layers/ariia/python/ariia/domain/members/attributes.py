"""Custom attributes of a member: a small flat JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ariia.domain.errors import Problem
from ariia.domain.text_values import FieldError

MAX_ATTRIBUTES = 100
MAX_BYTES = 8 * 1024
MAX_TEXT = 1000
MAX_ITEMS = 50
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MAX_NUMBER = 2**53  # RFC 8259 6: beyond it, JSON implementations disagree


def parse_attributes(values: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The attributes that are in order (null = remove); `problems` gets the others."""
    accepted: dict[str, Any] = {}
    for key, value in values.items():
        try:
            accepted[_key(key)] = _value(value)
        except FieldError as error:
            problems.append(error.problem(f"attributes.{key[:80]}", value))
    return accepted


def merge_attributes(present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, the given ones first (RFC 7396: null removes); FieldError when that is too much."""
    merged = {key: value for key, value in {**present, **given}.items() if value is not None}
    if len(merged) > MAX_ATTRIBUTES:
        raise FieldError("are too many", f"at most {MAX_ATTRIBUTES} attributes")
    if len(json.dumps(merged, ensure_ascii=False).encode()) > MAX_BYTES:
        raise FieldError("are too large", f"at most {MAX_BYTES} bytes of JSON together")
    return merged


def is_attribute_name(name: str) -> bool:
    """True when an attribute may be called so."""
    return _KEY.fullmatch(name) is not None


def _key(key: str) -> str:
    if not is_attribute_name(key):
        raise FieldError("is not a valid attribute name", f"^{_KEY.pattern}$")
    return key


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        if len(value) > MAX_ITEMS:
            raise FieldError("has too many items", f"at most {MAX_ITEMS} items")
        return [_scalar(item) for item in value]
    return value if value is None else _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) <= _MAX_NUMBER:  # false for NaN and infinity too
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT and not _CONTROL.search(value):
        return value
    allowed = f"a text of at most {MAX_TEXT} printable characters, a number up to 2^53, true, false, or a list of these"
    raise FieldError("is not a value that an attribute can have", allowed)
