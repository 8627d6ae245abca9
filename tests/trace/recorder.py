"""Which files of ours are entered while something runs, and how often one calls into another (sys.setprofile)."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from tests.architecture.source_tree import PACKAGE_ROOTS, ROOT

# The doubles stand for the adapters whose place they take.
_LAYERS = {
    "functions": "functions",
    "ariia/services": "services",
    "ariia/domain": "domain",
    "ariia/adapters": "adapters, ports",
    "ariia/ports": "adapters, ports",
    "tests/doubles": "adapters, ports",
}
LAYERS = (*dict.fromkeys(_LAYERS.values()), "other")


@dataclass
class Step:
    """One step of a journey: calls into each file, and the calls that came from another file of ours."""

    name: str
    calls: Counter[str] = field(default_factory=Counter)
    crossings: int = 0

    @property
    def files(self) -> set[str]:
        """The files entered, by their path below the root of their packages."""
        return set(self.calls)


def by_layer(files: Iterable[str]) -> dict[str, int]:
    """How many of the files stand in each of LAYERS."""
    counted = Counter(_layer(one) for one in files)
    return {name: counted[name] for name in LAYERS}


class Recorder:
    """Steps in the order in which they were taken."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What runs inside is one step. Bodies of modules that are imported meanwhile do not count."""
        watched = _Watch(Step(name))
        sys.setprofile(watched.see)
        try:
            yield
        finally:
            sys.setprofile(None)
        self.steps.append(watched.step)


class _Watch:
    def __init__(self, step: Step) -> None:
        self.step = step
        self._imports = 0

    def see(self, frame: FrameType, event: str, _: Any) -> None:
        if frame.f_code.co_name == "<module>":
            self._imports += {"call": 1, "return": -1}.get(event, 0)
        elif event == "call" and not self._imports and (entered := _ours(frame.f_code.co_filename)):
            self.step.calls[entered] += 1
            self.step.crossings += _caller(frame) not in (None, entered)


def _caller(frame: FrameType) -> str | None:
    """The file of ours that the call came from, at once or through a library; None from outside."""
    above = frame.f_back
    while above is not None:
        if found := _ours(above.f_code.co_filename):
            return found
        above = above.f_back
    return None


@cache
def _ours(file_name: str) -> str | None:
    path = Path(file_name)
    for start in (ROOT / one for one in PACKAGE_ROOTS):
        if path.is_relative_to(start):
            inside = path.relative_to(start).as_posix()
            return inside if inside.startswith(("ariia/", *_LAYERS)) else None
    return None


def _layer(file: str) -> str:
    return next((layer for start, layer in _LAYERS.items() if file.startswith(f"{start}/")), "other")
