"""Dataclasses to plain JSON values and back: how entities rest in a store."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
Reader = Callable[[Any], Any]


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


def _ignored(_: Any) -> Any:
    """The reader of what a newer version wrote."""


def decode(kind: type[T], document: dict[str, Any]) -> T:
    """A `kind` from what `encode` made; keys it does not know (written by a newer version) are ignored."""
    made: T = _dataclass_reader(kind)(document)  # type: ignore[arg-type]
    return made


@cache
def _dataclass_reader(kind: type) -> Reader:
    """Type hints are looked at once per class: a send decodes 50 members, and looking costs five times as much."""
    readers = {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}

    def read(document: dict[str, Any]) -> Any:
        known = {}
        for name, value in document.items():
            reader = readers.get(name, _ignored)
            if reader is None or value is None:
                known[name] = value
            elif reader is not _ignored:
                known[name] = reader(value)
        return kind(**known)

    return read


def _reader(hint: Any) -> Reader | None:
    """How a value (not None) of this type is read; None when it is as it should be."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _reader(next(one for one in arguments if one is not type(None)))
    if origin is dict:
        return _mapping_reader(_reader(arguments[1]))
    if origin in (list, tuple):
        return _sequence_reader(origin, _reader(arguments[0]))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass_reader(hint)
    return hint if isinstance(hint, type) and issubclass(hint, Enum) else None


def _mapping_reader(read: Reader | None) -> Reader:
    if read is None:
        return dict
    return lambda value: {key: None if one is None else read(one) for key, one in value.items()}


def _sequence_reader(kind: Callable[[Any], Any], read: Reader | None) -> Reader:
    if read is None:
        return kind
    return lambda value: kind([None if one is None else read(one) for one in value])


def fingerprint(value: Any) -> str:
    """SHA-256 (hex) of a JSON value in canonical form: what an approval or an idempotency key is bound to."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
