"""Dataclasses to plain JSON values and back: how entities rest in a store."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


def encode(value: Any) -> Any:
    """`value` as JSON types; None, empty lists and empty mappings in a dataclass are left out (they are defaults)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, encode(getattr(value, field.name))) for field in dataclasses.fields(value))
        return {name: item for name, item in pairs if item is not None and item != {} and item != []}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(kind: type[T], document: dict[str, Any]) -> T:
    """A `kind` from what `encode` made; keys it does not know (written by a newer version) are ignored."""
    hints: dict[str, Any] = _hints(kind)  # type: ignore[arg-type]
    known = {name: _decode(hints[name], item) for name, item in document.items() if name in hints}
    return kind(**known)


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode(next(arg for arg in get_args(hint) if arg is not type(None)), value)
    if origin is dict:
        item = get_args(hint)[1]
        return {key: _decode(item, entry) for key, entry in value.items()}
    if origin in (list, tuple):
        decoded = [_decode(get_args(hint)[0], entry) for entry in value]
        return tuple(decoded) if origin is tuple else decoded
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return decode(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return value
