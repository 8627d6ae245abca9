"""Typed reading of request bodies; a value of the wrong JSON type is a SerializationException, as on AWS."""

from __future__ import annotations

import json
from typing import Any

from infra.local.providers.ses.errors import ServiceError, bad_request

JsonObject = dict[str, Any]


def body_of(raw: bytes) -> JsonObject:
    """The JSON object of a request body; an empty body is an empty object."""
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise _wrong_type("the body is not JSON") from error
    if not isinstance(body, dict):
        raise _wrong_type("the body is not an object")
    return body


def string(source: JsonObject, key: str) -> str | None:
    """The string at `key`, or None."""
    value = source.get(key)
    if value is not None and not isinstance(value, str):
        raise _wrong_type(f"{key} is not a string")
    return value


def required_string(source: JsonObject, key: str) -> str:
    """The string at `key`, of at least one character."""
    value = string(source, key)
    if not value:
        raise bad_request(f"1 validation error detected: Value at '{key}' failed to satisfy constraint: not null")
    return value


def obj(source: JsonObject, key: str) -> JsonObject:
    """The object at `key`, or an empty one."""
    value = source.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(f"{key} is not an object")
    return value


def objects(source: JsonObject, key: str) -> list[JsonObject]:
    """The list of objects at `key`, or an empty one."""
    value = source.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _wrong_type(f"{key} is not a list of objects")
    return value


def strings(source: JsonObject, key: str) -> tuple[str, ...]:
    """The strings at `key`, or none."""
    value = source.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(f"{key} is not a list of strings")
    return tuple(value)


def _wrong_type(message: str) -> ServiceError:
    return ServiceError("SerializationException", message)
