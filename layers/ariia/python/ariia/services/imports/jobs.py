"""Imports as they rest among the jobs, with what came of their parts."""

from __future__ import annotations

from ariia.domain.documents import decode, encode
from ariia.domain.imports.job import KEPT_SECONDS, ImportJob, PartResult
from ariia.ports.jobs import JobPart, JobStore
from ariia.services.jobs import JobKind, Jobs

_IMPORTS = JobKind("import", ImportJob, lambda one: one.created_at // 1000 + KEPT_SECONDS)


class ImportJobs(Jobs[ImportJob]):
    """The jobs that are imports."""

    def __init__(self, jobs: JobStore) -> None:
        super().__init__(jobs, _IMPORTS)

    def results(self, job: ImportJob) -> dict[int, PartResult]:
        """What came of the parts that somebody began, by number."""
        return {part.number: _result(part) for part in self._jobs.parts(job.tenant_id, job.id)}

    def result(self, job: ImportJob, number: int) -> tuple[PartResult, int]:
        """What came of one part so far, and its stored version (0: nobody began it)."""
        part = self._jobs.part(job.tenant_id, job.id, number)
        return _result(part), part.version

    def save_result(self, job: ImportJob, number: int, result: PartResult, version: int) -> bool:
        """Stores what came of a part, if its stored version is still `version`."""
        return self._jobs.save_part(self._row(job), JobPart(number, encode(result), version))


def _result(part: JobPart) -> PartResult:
    return decode(PartResult, part.document)
