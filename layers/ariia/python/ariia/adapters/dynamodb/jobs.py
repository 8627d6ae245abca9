"""Jobs on DynamoDB: `<kind>#<job_id>` for the job, `part#<job_id>#<number>` for its parts, all under the tenant."""

from __future__ import annotations

from datetime import UTC, datetime

from pynamodb.exceptions import PutError

from ariia.adapters.dynamodb.documents import passing_faults
from ariia.adapters.dynamodb.models import JobModel
from ariia.ports.jobs import Job, JobPart, JobStore


class DynamoJobs(JobStore):
    """JobStore over the jobs table."""

    def create(self, job: Job) -> bool:
        job.version = 0
        return self.save(job)

    def get(self, tenant_id: str, kind: str, job_id: str) -> Job | None:
        try:
            return _job(JobModel.get(tenant_id, _row(kind, job_id), consistent_read=True))
        except JobModel.DoesNotExist:
            return None

    def save(self, job: Job) -> bool:
        item = JobModel(job.tenant_id, _row(job.kind, job.id), document=job.document, expires_at=_moment(job))
        if not _put(item, job.version):
            return False
        job.version += 1
        return True

    def delete(self, job: Job) -> None:
        """The job comes last: as long as it is there, its parts are found."""
        with passing_faults():
            for part in JobModel.query(job.tenant_id, JobModel.job_id.startswith(_part_row(job.id, None))):
                part.delete()
            JobModel(job.tenant_id, _row(job.kind, job.id)).delete()

    def page(self, tenant_id: str, kind: str, limit: int, after: str | None) -> list[Job]:
        first = _row(kind, "")
        behind = JobModel.job_id.between(first, _row(kind, after)) if after else JobModel.job_id.startswith(first)
        found = JobModel.query(
            tenant_id, behind, limit=limit + 1, page_size=limit + 1, consistent_read=True, scan_index_forward=False
        )
        jobs = [_job(item) for item in found]
        return [job for job in jobs if job.id != after][:limit]

    def parts(self, tenant_id: str, job_id: str) -> list[JobPart]:
        rows = JobModel.query(tenant_id, JobModel.job_id.startswith(_part_row(job_id, None)), consistent_read=True)
        return [_part(item) for item in rows]

    def part(self, tenant_id: str, job_id: str, number: int) -> JobPart:
        try:
            return _part(JobModel.get(tenant_id, _part_row(job_id, number), consistent_read=True))
        except JobModel.DoesNotExist:
            return JobPart(number)

    def save_part(self, job: Job, part: JobPart) -> bool:
        row = _part_row(job.id, part.number)
        item = JobModel(job.tenant_id, row, document=part.document, expires_at=_moment(job))
        if not _put(item, part.version):
            return False
        part.version += 1
        return True


def _put(item: JobModel, stored_version: int) -> bool:
    item.version = stored_version + 1
    unchanged = JobModel.version == stored_version if stored_version else JobModel.job_id.does_not_exist()
    try:
        item.save(condition=unchanged)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _row(kind: str, job_id: str) -> str:
    return f"{kind}#{job_id}"


def _part_row(job_id: str, number: int | None) -> str:
    return f"part#{job_id}#" if number is None else f"part#{job_id}#{number:05d}"


def _job(item: JobModel) -> Job:
    kind, _, job_id = item.job_id.partition("#")
    return Job(item.tenant_id, kind, job_id, item.document, _expiry(item), int(item.version))


def _part(item: JobModel) -> JobPart:
    return JobPart(int(item.job_id.rpartition("#")[2]), item.document, int(item.version))


def _moment(job: Job) -> datetime | None:
    return datetime.fromtimestamp(job.expires_at, UTC) if job.expires_at else None


def _expiry(item: JobModel) -> int | None:
    return int(item.expires_at.timestamp()) if item.expires_at else None
