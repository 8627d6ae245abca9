"""The objects that a function is made of, as its composition root makes them from its deployed environment."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import ariia.adapters
from ariia.adapters.aws.secrets import SecretsManagerSigningKeys
from ariia.settings import SETTINGS
from tests.infra.permissions.arns import REGION

_OWN = ("ariia.", "functions.")
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


def composed(folder: str, environment: Mapping[str, str]) -> list[object]:
    """Every object of our own classes that the function `folder` is made of. Nothing is called over the network, but
    this process is of no other use afterwards: its clients and environment are those of the function."""
    os.environ.update(_CREDENTIALS)
    _forget_clients()
    read: list[object] = []

    def key(keys: SecretsManagerSigningKeys) -> bytes:
        read.append(keys)
        return b"k" * 32

    SecretsManagerSigningKeys.key = key  # type: ignore[method-assign]
    root = importlib.import_module(f"ariia.bootstrap.{folder}")
    services = root.build(SETTINGS[folder].from_environment(environment))
    found: dict[int, object] = {}
    for start in (services, *read):
        _collect(start, found)
    return list(found.values())


def _forget_clients() -> None:
    for module in pkgutil.walk_packages(ariia.adapters.__path__, "ariia.adapters."):
        for value in vars(importlib.import_module(module.name)).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _collect(value: Any, found: dict[int, object]) -> None:
    if id(value) in found:
        return
    is_own = type(value).__module__.startswith(_OWN)
    if is_own:
        found[id(value)] = value
        _make_lazy_parts(value)
    for part in _parts(value, is_own):
        _collect(part, found)


def _make_lazy_parts(value: object) -> None:
    for name, attribute in ((name, one) for kind in type(value).__mro__ for name, one in vars(kind).items()):
        if isinstance(attribute, cached_property):
            getattr(value, name)


def _parts(value: Any, is_own: bool) -> Iterator[object]:
    """What an object holds; what is inside of others than our own and plain collections holds none of ours."""
    if is_own and not isinstance(value, type):
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        yield from (getattr(value, "__dict__", {}) | {name: getattr(value, name, None) for name in slots}).values()
    elif isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif callable(value):
        yield getattr(value, "__self__", None)
        yield from getattr(value, "args", ())
        yield from getattr(value, "keywords", {}).values()
        for cell in getattr(value, "__closure__", None) or ():
            yield cell.cell_contents
