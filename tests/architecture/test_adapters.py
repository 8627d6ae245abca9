"""Adapters and doubles name their ports as base classes. Python lets a class inherit a Protocol's empty method and
answer None; mypy tells it only where the class is made under its own name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from inspect import isclass, isfunction
from types import ModuleType
from typing import Protocol

import pytest

import ariia.adapters
import tests.doubles


class _Port(Protocol):
    @property
    def shards(self) -> int: ...

    def get(self) -> str: ...


class _Whole(_Port):
    shards = 4

    def get(self) -> str:
        return "found"


class _Half(_Port):
    shards = 4


def missing(adapter: type) -> set[str]:
    """The methods and properties that `adapter` only has from its ports, as `Port.method`."""
    return {
        f"{base.__name__}.{name}"
        for base in adapter.__mro__
        if _is_port(base)
        for name, member in vars(base).items()
        if _is_declared(name, member) and _is_port(_owner(adapter, name))
    }


def _is_port(one: type) -> bool:
    return bool(getattr(one, "_is_protocol", False))


def _is_declared(name: str, member: object) -> bool:
    return not name.startswith("_") and (isfunction(member) or isinstance(member, property))


def _owner(adapter: type, name: str) -> type:
    return next(base for base in adapter.__mro__ if name in vars(base))


def _classes(package: ModuleType) -> Iterator[type]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        yield from (one for one in vars(module).values() if isclass(one) and one.__module__ == module.__name__)


ADAPTERS = [one for package in (ariia.adapters, tests.doubles) for one in _classes(package) if not _is_port(one)]


def test_a_method_that_only_the_port_has_is_found() -> None:
    assert missing(_Half) == {"_Port.get"}
    assert missing(_Whole) == set()


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda one: f"{one.__module__}.{one.__qualname__}")
def test_an_adapter_has_every_method_of_its_ports(adapter: type) -> None:
    assert missing(adapter) == set()


def test_most_adapters_name_a_port() -> None:
    assert len([one for one in ADAPTERS if any(_is_port(base) for base in one.__mro__)]) > 60
