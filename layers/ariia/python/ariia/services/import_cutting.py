"""The first step of an import: the uploaded file is read once, cut into ranges, and the ranges are queued."""

from __future__ import annotations

import json
from dataclasses import replace

from ariia.domain.errors import TransientError
from ariia.domain.import_columns import UnusableFileError
from ariia.domain.import_file import RANGE_RECORDS, Cut, cut
from ariia.domain.import_job import MAX_FILE_BYTES, ImportJob, PartState, parse_key
from ariia.ports.clock import Clock
from ariia.ports.jobs import JobStore
from ariia.ports.uploads import ImportQueue, RangeTask, UploadedFile, Uploads
from ariia.services.import_jobs import ImportJobs

_ATTEMPTS = 5


class ImportCutting:
    """Answers to the news of an upload, which may come twice or late; a repetition queues only what is not finished."""

    def __init__(
        self,
        jobs: JobStore,
        uploads: Uploads,
        queue: ImportQueue,
        clock: Clock,
        *,
        range_records: int = RANGE_RECORDS,
    ) -> None:
        self._jobs, self._uploads, self._queue, self._clock = ImportJobs(jobs), uploads, queue, clock
        self._range_records = range_records

    def run(self, key: str, *, last_attempt: bool = False) -> ImportJob | None:
        """Cuts the file under `key` and queues its ranges. The import, or None when the key is none of an import's.

        A last attempt is noted as given up first, so that one that is killed shows."""
        ids = parse_key(key)
        found = self._jobs.find(*ids) if ids else None
        if found is None or found[0].key != key:
            return None
        job = found[0]
        if job.failure is not None and job.etag is not None:
            return job
        if job.cut_at is None:
            if last_attempt:
                self._note(job, failure="the file could not be read; the operators can start it again")
            job = self._cut(job)
        self._queue_unfinished(job)
        return job

    def _cut(self, job: ImportJob) -> ImportJob:
        file = self._uploads.find(job.key)
        if file is None:
            return job
        self._note(job, size=file.size)
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
        return cut(job.tenant_id, job.format, blocks, range_records=self._range_records)

    def _queue_unfinished(self, job: ImportJob) -> None:
        if job.cut_at is None:
            return
        finished = {number for number, result in self._jobs.results(job).items() if result.state is PartState.DONE}
        todo = [number for number in range(len(job.ranges)) if number not in finished]
        self._queue.put([RangeTask(job.tenant_id, job.id, number) for number in todo])

    def _note(self, job: ImportJob, **facts: object) -> ImportJob:
        """Stores facts about the file, unless another run has finished the cut meanwhile, which then stands."""
        for _ in range(_ATTEMPTS):
            found = self._jobs.find(job.tenant_id, job.id)
            if found is None:
                return job
            stored, version = found
            if stored.cut_at is not None:
                return stored
            failed_at = self._clock.now() if facts.get("failure") else None
            changed = replace(stored, **facts, failed_at=failed_at)  # type: ignore[arg-type]
            changed.uploaded_at = stored.uploaded_at or self._clock.now()
            if self._jobs.save(changed, version):
                return changed
        raise TransientError("the import changes too often; try again")
