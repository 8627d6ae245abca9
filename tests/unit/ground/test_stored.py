"""`documents.encode` leaves out None, empty lists and empty mappings: what reads a document must find the same in their
place. So a stored field that may be one of these has it as its default."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest

import ariia
from ariia.domain.documents import decode, encode

_LEFT_OUT: tuple[Any, ...] = (None, {}, [])


@dataclass
class _Inner:
    size: int = 4


@dataclass
class _Bare:
    note: str | None = None


@dataclass
class _Sound:
    name: str
    marks: list[str] = field(default_factory=list)
    inner: _Inner = field(default_factory=_Inner)
    bare: _Bare = field(default_factory=_Bare)


@dataclass
class _Unsound:
    needed: list[str]
    marks: list[str] = field(default_factory=lambda: ["first"])
    limit: int | None = 5
    bare: _Bare = field(default_factory=lambda: _Bare("said"))


def unsound(kind: type) -> set[str]:
    """The fields of a dataclass that come back as something else, or not at all, when they are stored empty."""
    hints = typing.get_type_hints(kind)
    return {one.name for one in dataclasses.fields(kind) if _may_be_left_out(hints[one.name]) and not _is_empty(one)}


def _may_be_left_out(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return type(None) in get_args(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return all(_may_be_left_out(inner) for inner in typing.get_type_hints(hint).values())
    return origin in (list, tuple, dict)


def _is_empty(one: dataclasses.Field[Any]) -> bool:
    made = one.default if one.default_factory is dataclasses.MISSING else one.default_factory()
    return made is not dataclasses.MISSING and encode(made) in _LEFT_OUT


def _stored() -> Iterator[type]:
    """The dataclasses that the product decodes by name, and those inside of them."""
    waiting, seen = list(_decoded()), set[type]()
    while waiting:
        kind = waiting.pop()
        if kind not in seen:
            seen.add(kind)
            yield kind
            waiting += [inner for hint in typing.get_type_hints(kind).values() for inner in _inside(hint)]


def _inside(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for inner in get_args(hint):
        yield from _inside(inner)


def _decoded() -> Iterator[type]:
    for found in pkgutil.walk_packages(ariia.__path__, "ariia."):
        module = importlib.import_module(found.name)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("decode", "JobKind"):
                named = (getattr(module, one.id, None) for one in node.args if isinstance(one, ast.Name))
                yield from (one for one in named if isinstance(one, type) and dataclasses.is_dataclass(one))


STORED = sorted(_stored(), key=lambda one: one.__qualname__)


def test_a_field_that_would_come_back_as_something_else_is_found() -> None:
    assert unsound(_Unsound) == {"needed", "marks", "limit", "bare"}
    assert unsound(_Sound) == set()
    emptied = _Unsound(["a"], marks=[], limit=None, bare=_Bare())
    assert decode(_Unsound, encode(emptied)) == _Unsound(["a"], ["first"], 5, _Bare("said"))


@pytest.mark.parametrize("kind", STORED, ids=lambda one: one.__qualname__)
def test_a_stored_field_left_empty_comes_back_empty(kind: type) -> None:
    assert unsound(kind) == set()


def test_the_stored_dataclasses_are_found() -> None:
    assert {"Campaign", "Dispatch", "Member", "Tenant", "Target", "ImportJob"} <= {one.__name__ for one in STORED}
