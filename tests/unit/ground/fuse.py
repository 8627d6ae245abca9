"""Killing a process before or after one of its calls to the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class KilledError(BaseException):
    """What a process does not survive."""


def _die() -> None:
    raise KilledError


class Fuse:
    """Blows once, at the given moment; without one it counts the moments. What happens then may also be something else
    than death: that somebody else is at work in just this moment."""

    def __init__(self, moment: int | None = None, blow: Callable[[], object] = _die) -> None:
        self.moment, self.count, self.armed, self.blow = moment, 0, False, blow

    def tick(self) -> None:
        if self.armed:
            self.count += 1
            if self.count - 1 == self.moment:
                self.blow()

    def around(self, _: str, port: Any) -> Any:
        return Fused(port, self)


class Fused:
    """A port whose every call is a moment before and a moment after."""

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._port, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self._fuse.tick()
            answer = inner(*arguments, **options)
            self._fuse.tick()
            return answer

        return call
