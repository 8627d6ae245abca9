"""Request bodies: bounded, strict JSON objects."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from functions.api.gate.errors import BodyTooLargeError, MalformedBodyError, UnsupportedMediaTypeError

# Lambda takes 6 MB per invocation, envelope included (Lambda quotas); 5 MB is what the API promises.
MAX_BODY_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def body_text(event: Mapping[str, Any]) -> str:
    """The body as text, empty when there is none. BodyTooLargeError over 5 MB, UnsupportedMediaTypeError when it is
    not declared as JSON, MalformedBodyError when it is not UTF-8."""
    raw = event.get("body") or ""
    if not raw:
        return ""
    text = _decoded(raw) if event.get("isBase64Encoded") else raw
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BODY_BYTES:
        raise BodyTooLargeError(f"a body may have {MAX_BODY_BYTES} bytes")
    _require_json(event)
    return text


def declared_json(headers: Mapping[str, str] | None) -> dict[str, str]:
    """`headers` as the resolver wants them, which compares the media type letter by letter (RFC 9110, 8.3.1: case does
    not matter) and was asked about it before."""
    return {
        name: "application/json" if name.lower() == "content-type" else value for name, value in (headers or {}).items()
    }


def parse(text: str) -> Any:
    """The JSON object in `text`. MalformedBodyError for anything that RFC 8259 does not allow or leaves open: repeated
    names, NaN, unpaired surrogates; and for nesting deeper than 64."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno} column {fault.colno}"
        raise MalformedBodyError(f"the body is not valid JSON: {fault.msg} at {where}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as fault:
        raise MalformedBodyError(f"the body is not valid JSON: {fault}"[:200]) from None
    if not isinstance(value, dict):
        raise MalformedBodyError("the body must be a JSON object")
    _require_shallow(value)
    if _SURROGATE.search(text):
        _require_encodable(value)
    return value


def _decoded(raw: str) -> str:
    if len(raw) > MAX_BODY_BYTES * 4 // 3 + 4:
        raise BodyTooLargeError(f"a body may have {MAX_BODY_BYTES} bytes")
    try:
        return base64.b64decode(raw).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise MalformedBodyError("the body is not UTF-8") from None


def _require_json(event: Mapping[str, Any]) -> None:
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    declared = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if declared != "application/json":
        raise UnsupportedMediaTypeError("the body must be sent as application/json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the name {repeated[:80]!r} stands twice in one object")
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:40]} is too large for a number")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [item for node in level if isinstance(node, dict | list) for item in _children(node)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> MalformedBodyError:
    return MalformedBodyError(f"the body is nested deeper than {MAX_DEPTH}")


def _children(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node


def _require_encodable(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise MalformedBodyError("the body holds an unpaired surrogate") from None
