"""Working an erasure off: step by step, each piece counted once and taken away until it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.audit.entries import subject_of
from ariia.domain.privacy.erasure import Erasure, finished_entry
from ariia.ports.audit import AuditTrail
from ariia.ports.clock import Clock
from ariia.ports.erasures import ErasureStore
from ariia.ports.personal_data import ErasureStep
from ariia.ports.uploads import FILES_KEPT_MS
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.jobs import ErasureJobs

# So short a wait is waited out.
_WAITED_OUT_MS = 5_000


@dataclass(frozen=True)
class ErasurePolicy:
    """Times in seconds. `quiet`: longer than any function runs, so that nothing that had read the member before the
    mark may write any more when the sweep begins. `again`: when what a sender holds is looked at again."""

    quiet: int
    again: int = 60


class ErasureRuns:
    """Works on erasures. First what would still act for the member is stopped, then nothing happens until everything
    that began before the mark is over, then everything is swept: so one pass finds all there is."""

    def __init__(
        self,
        jobs: ErasureJobs,
        beginning: ErasureBeginning,
        store: ErasureStore,
        trail: AuditTrail,
        stopping: Sequence[ErasureStep],
        sweeping: Sequence[ErasureStep],
        clock: Clock,
        policy: ErasurePolicy,
    ) -> None:
        self._jobs, self._beginning, self._store, self._trail = jobs, beginning, store, trail
        self._stopping, self._sweeping = stopping, sweeping
        self._clock, self._policy = clock, policy

    @property
    def steps(self) -> list[str]:
        """The names of all steps, in order."""
        return [step.name for step in (*self._stopping, *self._sweeping)]

    def work(self, tenant_id: str, job_id: str, ends_at: int) -> int | None:
        """See PrivacyWork."""
        erasure = self._jobs.find(tenant_id, job_id)
        if erasure is None or erasure.is_over:
            return None
        self._beginning.begin(erasure)
        if erasure.is_over:
            return None
        wake_at = self._do_all(erasure, self._stopping, ends_at)
        if wake_at is None:
            wake_at = self._wait_for_quiet(erasure, ends_at)
        if wake_at is None:
            wake_at = self._do_all(erasure, self._sweeping, ends_at)
        if wake_at is None:
            self._finish(erasure)
        return wake_at

    def _do_all(self, erasure: Erasure, steps: Sequence[ErasureStep], ends_at: int) -> int | None:
        for step in steps:
            while step.name not in erasure.steps_done:
                if self._clock.now() >= ends_at:
                    return self._clock.now()
                waits_for = self._do(erasure, step)
                if waits_for is not None:
                    erasure.waits_for = waits_for
                    self._jobs.save(erasure)
                    return self._clock.now() + self._policy.again * 1000
        return None

    def _do(self, erasure: Erasure, step: ErasureStep) -> str | None:
        """Handles one piece: find, count, save the count, delete. A repeat after a crash does not count again."""
        found = step.find(erasure)
        if erasure.counted is None and found.counts:
            erasure.count(found.counts)
            erasure.counted = found.end
            self._jobs.save(erasure)
        waits_for = step.erase(erasure, found)
        if waits_for is not None:
            return waits_for
        erasure.waits_for = None
        erasure.go_on(step.name, found.end, is_last=found.is_last)
        self._jobs.save(erasure)
        return None

    def _wait_for_quiet(self, erasure: Erasure, ends_at: int) -> int | None:
        now = self._clock.now()
        if erasure.quiet_at is None:
            erasure.quiet_at = now + self._policy.quiet * 1000
            self._jobs.save(erasure)
        left = erasure.quiet_at - now
        if left <= 0:
            return None
        if left > _WAITED_OUT_MS or erasure.quiet_at >= ends_at:
            return erasure.quiet_at
        self._clock.sleep(left / 1000)
        return None

    def _finish(self, erasure: Erasure) -> None:
        """The report first, as it stays the same however often the rest is repeated; the name last."""
        if erasure.finished_at is None:
            now = self._clock.now()
            erasure.conclude(now, now + FILES_KEPT_MS)
            self._jobs.save(erasure)
        self._store.finish(erasure.keys, erasure.id)
        entry = finished_entry(erasure, subject_of(erasure.tenant_id, erasure.who))
        self._trail.append(erasure.tenant_id, [entry], f"{erasure.id[:26]}-finished")
        erasure.forget()
        self._jobs.save(erasure)
