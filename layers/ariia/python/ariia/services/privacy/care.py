"""Exports and erasures are looked after by one-time schedules, like follow-ups: nothing polls while there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ariia.domain.errors import TransientError
from ariia.domain.identifiers import derived_id
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules

# A schedule for an instant that has passed when it is made may be refused.
SOON_MS = 5_000
# Longer than any run takes (timeout of the function: 120 s), so that the one that is arranged first finds it over.
_AGAIN_MS = 180_000
# What nobody changed for so long has lost its schedule: all attempts died.
FORGOTTEN_MS = 900_000


class PrivacyKind(StrEnum):
    """What is looked after."""

    EXPORT = "export"
    ERASURE = "erasure"


@dataclass(frozen=True)
class PrivacyTask:
    """One export or erasure; it travels in the schedule's payload."""

    kind: PrivacyKind
    tenant_id: str
    job_id: str


class PrivacyCare:
    """Makes the schedules, each of which fires for one run."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def watch(self, task: PrivacyTask, at: int) -> None:
        """Lets it be worked on from `at` (epoch ms) on, at the earliest in some seconds."""
        payload = {"kind": task.kind.value, "tenant_id": task.tenant_id, "job_id": task.job_id}
        due = max(at, self._clock.now() + SOON_MS)
        self._schedules.create(_name(task, due), due, payload)

    def forget(self, task: PrivacyTask, at: int) -> None:
        """Removes a run that is not needed any more."""
        self._schedules.delete(_name(task, at))


class PrivacyWork(Protocol):
    """Works on one kind of task."""

    def work(self, tenant_id: str, job_id: str, ends_at: int) -> int | None:
        """Works until it is over (None) or `ends_at` has come, or something must be waited for: when to go on (epoch
        ms). May be killed anywhere and called again or twice. TransientError: call it again."""
        ...


class PrivacyRuns:
    """What such a schedule starts. The next run is arranged before anything is done, and taken back when it is not
    needed: killed anywhere, this leaves a schedule behind."""

    def __init__(self, care: PrivacyCare, works: Mapping[PrivacyKind, PrivacyWork], clock: Clock) -> None:
        self._care, self._works, self._clock = care, works, clock

    def run(self, task: PrivacyTask, ends_at: int) -> bool:
        """Works on it until `ends_at` (epoch ms); True when it is over."""
        again = self._clock.now() + _AGAIN_MS
        self._care.watch(task, again)
        try:
            wake_at = self._works[task.kind].work(task.tenant_id, task.job_id, ends_at)
        except TransientError:
            return False
        if wake_at is not None:
            self._care.watch(task, wake_at)
        self._care.forget(task, again)
        return wake_at is None


def _name(task: PrivacyTask, at: int) -> str:
    """The same for the same second: whoever arranges it again arranges nothing."""
    return f"{derived_id(task.kind, task.tenant_id, task.job_id)}-{-(-at // 1000)}"
