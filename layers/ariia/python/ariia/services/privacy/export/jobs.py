"""Exports as they rest among the jobs, for as long as their archives."""

from __future__ import annotations

from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.privacy.export import MemberExport
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore

KIND = "export"


class ExportJobs:
    """Typed access to the jobs that are exports."""

    def __init__(self, jobs: JobStore, clock: Clock) -> None:
        self._jobs, self._clock = jobs, clock

    def create(self, export: MemberExport) -> bool:
        """Stores a new export with version 1; False when the id is taken."""
        job = self._row(export)
        created = self._jobs.create(job)
        export.version = job.version
        return created

    def find(self, tenant_id: str, export_id: str) -> MemberExport | None:
        """The export; None when the tenant has none of this id (any more)."""
        job = self._jobs.get(tenant_id, KIND, export_id)
        return _export(job) if job else None

    def get(self, tenant_id: str, export_id: str) -> MemberExport:
        """The export; NotFoundError when the tenant has none of this id (any more)."""
        found = self.find(tenant_id, export_id)
        if found is None:
            raise NotFoundError(f"there is no export {export_id[:64]}")
        return found

    def save(self, export: MemberExport) -> None:
        """Stores it under its version, which is raised; TransientError when another run was faster."""
        job = self._row(export)
        if not self._jobs.save(job):
            raise TransientError("another run works on this export")
        export.version = job.version

    def delete(self, export: MemberExport) -> None:
        """Removes it; one that is gone stays gone."""
        self._jobs.delete(self._row(export))

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[MemberExport]:
        """Up to `limit` exports in descending order of id, behind the id `after`."""
        return [_export(job) for job in self._jobs.page(tenant_id, KIND, limit, after)]

    def _row(self, export: MemberExport) -> Job:
        export.touched_at = self._clock.now()
        return Job(export.tenant_id, KIND, export.id, encode(export), export.expires_at // 1000, export.version)


def _export(job: Job) -> MemberExport:
    export = decode(MemberExport, job.document)
    export.version = job.version
    return export
