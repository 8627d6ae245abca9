"""Imports as they rest among the jobs."""

from __future__ import annotations

from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError
from ariia.domain.imports.job import KEPT_SECONDS, ImportJob, PartResult
from ariia.ports.jobs import Job, JobPart, JobStore

KIND = "import"


class ImportJobs:
    """Typed access to the jobs that are imports."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def create(self, job: ImportJob) -> bool:
        """Stores a new import; False when the id is taken."""
        return self._jobs.create(_row(job, 0))

    def find(self, tenant_id: str, job_id: str) -> tuple[ImportJob, int] | None:
        """The import and its stored version; None when there is none."""
        row = self._jobs.get(tenant_id, KIND, job_id)
        return (decode(ImportJob, row.document), row.version) if row else None

    def get(self, tenant_id: str, job_id: str) -> ImportJob:
        """The import; NotFoundError when the tenant has none of this id."""
        found = self.find(tenant_id, job_id)
        if found is None:
            raise NotFoundError(f"there is no import {job_id[:64]}")
        return found[0]

    def save(self, job: ImportJob, version: int) -> bool:
        """Stores the import if its stored version is still `version`."""
        return self._jobs.save(_row(job, version))

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[ImportJob]:
        """Up to `limit` imports, newest first, behind the id `after`."""
        return [decode(ImportJob, row.document) for row in self._jobs.page(tenant_id, KIND, limit, after)]

    def results(self, job: ImportJob) -> dict[int, PartResult]:
        """What came of the parts that somebody began, by number."""
        return {part.number: _result(part) for part in self._jobs.parts(job.tenant_id, job.id)}

    def result(self, job: ImportJob, number: int) -> tuple[PartResult, int]:
        """What came of one part so far, and its stored version (0: nobody began it)."""
        part = self._jobs.part(job.tenant_id, job.id, number)
        return _result(part), part.version

    def save_result(self, job: ImportJob, number: int, result: PartResult, version: int) -> bool:
        """Stores what came of a part, if its stored version is still `version`."""
        return self._jobs.save_part(_row(job, 0), JobPart(number, encode(result), version))


def _row(job: ImportJob, version: int) -> Job:
    expires_at = job.created_at // 1000 + KEPT_SECONDS
    return Job(job.tenant_id, KIND, job.id, encode(job), expires_at, version)


def _result(part: JobPart) -> PartResult:
    return decode(PartResult, part.document)
