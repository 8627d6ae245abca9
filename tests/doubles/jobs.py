"""Jobs in memory."""

from __future__ import annotations

from copy import deepcopy
from threading import RLock

from ariia.ports.jobs import Job, JobPart, JobStore


class MemoryJobs(JobStore):
    """JobStore that forgets at exit; each call is one atomic step."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._jobs: dict[tuple[str, str, str], Job] = {}
        self._parts: dict[tuple[str, str, int], JobPart] = {}

    def create(self, job: Job) -> bool:
        job.version = 0
        return self.save(job)

    def get(self, tenant_id: str, kind: str, job_id: str) -> Job | None:
        with self._lock:
            return deepcopy(self._jobs.get((tenant_id, kind, job_id)))

    def save(self, job: Job) -> bool:
        key = (job.tenant_id, job.kind, job.id)
        with self._lock:
            stored = self._jobs.get(key)
            if job.version != (stored.version if stored else 0):
                return False
            job.version += 1
            self._jobs[key] = deepcopy(job)
            return True

    def delete(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop((job.tenant_id, job.kind, job.id), None)
            self._parts = {key: part for key, part in self._parts.items() if key[:2] != (job.tenant_id, job.id)}

    def page(self, tenant_id: str, kind: str, limit: int, after: str | None) -> list[Job]:
        with self._lock:
            found = [job for key, job in self._jobs.items() if key[:2] == (tenant_id, kind)]
            behind = sorted((job for job in found if after is None or job.id < after), key=lambda job: job.id)
            return deepcopy(behind[::-1][:limit])

    def parts(self, tenant_id: str, job_id: str) -> list[JobPart]:
        with self._lock:
            found = [part for key, part in self._parts.items() if key[:2] == (tenant_id, job_id)]
            return deepcopy(sorted(found, key=lambda part: part.number))

    def part(self, tenant_id: str, job_id: str, number: int) -> JobPart:
        with self._lock:
            return deepcopy(self._parts.get((tenant_id, job_id, number)) or JobPart(number))

    def save_part(self, job: Job, part: JobPart) -> bool:
        key = (job.tenant_id, job.id, part.number)
        with self._lock:
            stored = self._parts.get(key)
            if part.version != (stored.version if stored else 0):
                return False
            part.version += 1
            self._parts[key] = deepcopy(part)
            return True
