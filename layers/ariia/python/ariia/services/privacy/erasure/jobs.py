"""Erasures as they rest among the jobs. They stay for good: their reports are the proof."""

from __future__ import annotations

from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.privacy.erasure import Erasure
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore

KIND = "erasure"


class ErasureJobs:
    """Typed access to the jobs that are erasures."""

    def __init__(self, jobs: JobStore, clock: Clock) -> None:
        self._jobs, self._clock = jobs, clock

    def create(self, erasure: Erasure) -> bool:
        """Stores a new erasure with version 1; False when the id is taken."""
        job = self._row(erasure)
        created = self._jobs.create(job)
        erasure.version = job.version
        return created

    def find(self, tenant_id: str, erasure_id: str) -> Erasure | None:
        """The erasure; None when the tenant has none of this id."""
        job = self._jobs.get(tenant_id, KIND, erasure_id)
        return _erasure(job) if job else None

    def get(self, tenant_id: str, erasure_id: str) -> Erasure:
        """The erasure; NotFoundError when the tenant has none of this id."""
        found = self.find(tenant_id, erasure_id)
        if found is None:
            raise NotFoundError(f"there is no erasure {erasure_id[:64]}")
        return found

    def save(self, erasure: Erasure) -> None:
        """Stores it under its version, which is raised; TransientError when another run was faster."""
        job = self._row(erasure)
        if not self._jobs.save(job):
            raise TransientError("another run works on this erasure")
        erasure.version = job.version

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Erasure]:
        """Up to `limit` erasures in descending order of id, behind the id `after`."""
        return [_erasure(job) for job in self._jobs.page(tenant_id, KIND, limit, after)]

    def _row(self, erasure: Erasure) -> Job:
        erasure.touched_at = self._clock.now()
        return Job(erasure.tenant_id, KIND, erasure.id, encode(erasure), None, erasure.version)


def _erasure(job: Job) -> Erasure:
    erasure = decode(Erasure, job.document)
    erasure.version = job.version
    return erasure
