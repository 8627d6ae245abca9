"""The first step of an import: the uploaded file is read once, cut into ranges, and work on these begins."""

from __future__ import annotations

import json
from dataclasses import replace

from ariia.domain.errors import TransientError
from ariia.domain.imports.columns import UnusableFileError
from ariia.domain.imports.file import RANGE_RECORDS, Cut, cut
from ariia.domain.imports.job import ATTEMPTS, MAX_FILE_BYTES, ImportJob, PartState, parse_key
from ariia.ports.clock import Clock
from ariia.ports.jobs import JobStore
from ariia.ports.uploads import RangeTask, RangeWork, UploadedFile, Uploads
from ariia.services.imports.jobs import ImportJobs

GIVEN_UP = "the file could not be read; the operators can start it again"
_TRIES = 5


class ImportCutting:
    """Begins the ranges in `lanes`: so many run at once, and each begins the one so many behind it. A large file leaves
    other tenants their share of the account's concurrency, which nothing else divides.

    Answers to the news of an upload, which may come twice or late; a repetition begins only what is not finished."""

    def __init__(
        self,
        jobs: JobStore,
        uploads: Uploads,
        work: RangeWork,
        clock: Clock,
        *,
        lanes: int,
        range_records: int = RANGE_RECORDS,
    ) -> None:
        self._jobs, self._uploads, self._work, self._clock = ImportJobs(jobs), uploads, work, clock
        self._lanes, self._range_records = lanes, range_records

    def run(self, key: str) -> ImportJob | None:
        """Cuts the file under `key` and begins its ranges. The import, or None when the key is none of an import's.

        Whatever goes wrong, run it again: the third attempt is noted as given up first, so that one that is killed
        shows."""
        ids = parse_key(key)
        job = self._jobs.find(*ids) if ids else None
        if job is None or job.key != key:
            return None
        if job.failure is not None and job.etag is not None:
            return job
        if job.cut_at is None:
            file = self._uploads.find(job.key)
            if file is None:
                return job
            job = self._cut(self._begin(job, file), file)
        self._start_unfinished(job)
        return job

    def _begin(self, job: ImportJob, file: UploadedFile) -> ImportJob:
        attempts = job.attempts + 1
        return self._note(job, size=file.size, attempts=attempts, failure=GIVEN_UP if attempts >= ATTEMPTS else None)

    def _cut(self, job: ImportJob, file: UploadedFile) -> ImportJob:
        if job.cut_at is not None:
            return job
        try:
            made = self._read(job, file)
        except UnusableFileError as error:
            return self._note(job, etag=file.etag, size=file.size, failure=error.message)
        for number, lines in made.duplicates.items():
            self._uploads.write(job.result_key("duplicates", number), json.dumps(lines).encode())
        return self._note(
            job,
            etag=file.etag,
            size=file.size,
            delimiter=made.shape.delimiter,
            columns=list(made.shape.columns),
            contact_status=made.shape.contacts,
            ranges=made.ranges,
            cut_at=self._clock.now(),
            failure=None,
        )

    def _read(self, job: ImportJob, file: UploadedFile) -> Cut:
        if file.size > MAX_FILE_BYTES:
            raise UnusableFileError(
                f"the file has {file.size:,} bytes, at most {MAX_FILE_BYTES:,} are possible: split it"
            )
        blocks = self._uploads.blocks(job.key, file.etag)
        return cut(job, blocks, range_records=self._range_records)

    def _start_unfinished(self, job: ImportJob) -> None:
        """The first of each lane; the worker of one begins the next."""
        if job.cut_at is None:
            return
        finished = {number for number, result in self._jobs.results(job).items() if result.state is PartState.DONE}
        todo = [number for number in range(len(job.ranges)) if number not in finished]
        firsts = {number % self._lanes: number for number in reversed(todo)}
        self._work.start([RangeTask(job.tenant_id, job.id, number) for number in sorted(firsts.values())])

    def _note(self, job: ImportJob, **facts: object) -> ImportJob:
        """Stores facts about the file, unless another run has finished the cut meanwhile, which then stands."""
        for _ in range(_TRIES):
            stored = self._jobs.find(job.tenant_id, job.id)
            if stored is None:
                return job
            if stored.cut_at is not None:
                return stored
            failed_at = self._clock.now() if facts.get("failure") else None
            changed = replace(stored, **facts, failed_at=failed_at)  # type: ignore[arg-type]
            changed.uploaded_at = stored.uploaded_at or self._clock.now()
            if self._jobs.try_save(changed):
                return changed
        raise TransientError("the import changes too often; try again")
