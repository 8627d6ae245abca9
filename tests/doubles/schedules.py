"""Schedules in memory; a test makes them fire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules


class MemorySchedules(OneTimeSchedules):
    """OneTimeSchedules by name: instant (epoch ms) and payload. With a `clock` they refuse the past, as AWS does."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.waiting: dict[str, tuple[int, dict[str, Any]]] = {}
        self._clock = clock

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        if self._clock is not None and at <= self._clock.now():
            raise ValueError(f"the schedule {name} is for an instant that has passed")
        self.waiting.setdefault(name, (-(-at // 1000) * 1000, dict(payload)))

    def delete(self, name: str) -> None:
        self.waiting.pop(name, None)

    def fired(self, now: int) -> list[dict[str, Any]]:
        """The payloads of what is due at `now` (epoch ms), which is gone then."""
        due = sorted((at, name) for name, (at, _) in self.waiting.items() if at <= now)
        return [self.waiting.pop(name)[1] for _, name in due]
