"""Exports and erasures are worked on in pieces, by one look after the other: nothing polls while there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ariia.domain.errors import TransientError
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.services.revisits import Revisits

# Longer than any run takes (timeout of the function: 120 s), so that the safety look finds it over.
_AGAIN_MS = 180_000
# What nobody changed for so long has lost its schedule: all attempts crashed.
FORGOTTEN_MS = 900_000


def work_on(kind: RevisitKind, tenant_id: str, job_id: str) -> Revisit:
    """The look that works on this export or erasure."""
    return Revisit(kind, tenant_id, job_id, {"job_id": job_id})


class PrivacyWork(Protocol):
    """Works on one kind of task."""

    def work(self, tenant_id: str, job_id: str, ends_at: int) -> int | None:
        """Works until it is over (None) or `ends_at` has come, or something must be waited for: when to go on (epoch
        ms). May be killed anywhere and called again or twice. TransientError: call it again."""
        ...


class PrivacyRuns:
    """What such a look does. `works` by kind: export and erasure."""

    def __init__(self, revisits: Revisits, works: Mapping[RevisitKind, PrivacyWork]) -> None:
        self._revisits, self._works = revisits, works

    def run(self, kind: RevisitKind, tenant_id: str, job_id: str, ends_at: int) -> bool:
        """Works on it until `ends_at` (epoch ms); True when it is over."""

        def work(again: int) -> int | None:
            try:
                return self._works[kind].work(tenant_id, job_id, ends_at)
            except TransientError:
                return again

        return self._revisits.look(work_on(kind, tenant_id, job_id), _AGAIN_MS, work) is None
