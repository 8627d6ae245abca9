"""A bulk import: what was asked for, how the file was cut, and how far it is, which is derived from its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_FILE_BYTES = 1024**3
MAX_RECORDS = 1_000_000
MAX_RECORD_BYTES = 64 * 1024
UPLOAD_SECONDS = 3_600
KEPT_SECONDS = 30 * 86_400
# An invocation and its two repetitions; the last one is noted as given up before it begins.
ATTEMPTS = 3
# Lambda keeps what it can't run for six hours: after seven without a sign of life nothing comes by itself any more.
SILENT_MS = 7 * 3_600_000
_KEY = re.compile(r"imports/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})\.(csv|jsonl)")


class ImportFormat(StrEnum):
    """What the lines of the file are: ours, or those of an export from elsewhere."""

    CSV = "csv"
    JSONL = "jsonl"
    MAILCHIMP = "mailchimp"
    PINPOINT_CSV = "pinpoint_csv"
    PINPOINT_JSONL = "pinpoint_jsonl"

    @property
    def extension(self) -> str:
        """What kind of file it is: `csv` or `jsonl`."""
        return "jsonl" if self in (ImportFormat.JSONL, ImportFormat.PINPOINT_JSONL) else "csv"

    @property
    def has_endpoints(self) -> bool:
        """True when several lines may be about one member, each with an address of its own."""
        return self in (ImportFormat.PINPOINT_CSV, ImportFormat.PINPOINT_JSONL)

    @property
    def is_foreign(self) -> bool:
        """True for the export of another system, which has rules of its own."""
        return self not in (ImportFormat.CSV, ImportFormat.JSONL)


class ContactStatus(StrEnum):
    """Whose file an audience export of Mailchimp is, in its own words."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    CLEANED = "cleaned"
    NONSUBSCRIBED = "nonsubscribed"


class ImportState(StrEnum):
    """Where an import stands. `failed`: the file, or some part of it, was given up; the rest is imported."""

    WAITING_FOR_UPLOAD = "waiting_for_upload"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PartState(StrEnum):
    """Where one range of the file stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class ImportRange:
    """Bytes `start` to `end` (exclusive) of the file: whole records, the first of which begins in line `line`."""

    start: int
    end: int
    line: int
    records: int
    duplicates: int = 0


@dataclass
class ImportJob:
    """An import as stored. The cutter fills in the file's facts and the ranges; nobody changes them after that.
    `attempts`: how often the cut was begun. `send_confirmations`: whom the tenant's double opt-in leaves waiting is
    asked at once. `contact_status`: whose file an export of Mailchimp is, as was stated and then found."""

    id: str
    tenant_id: str
    format: ImportFormat
    created_by: str
    created_at: int
    file_name: str | None = None
    send_confirmations: bool = False
    contact_status: ContactStatus | None = None
    uploaded_at: int | None = None
    attempts: int = 0
    size: int | None = None
    etag: str | None = None
    delimiter: str = ","
    columns: list[str] = field(default_factory=list)
    ranges: list[ImportRange] = field(default_factory=list)
    cut_at: int | None = None
    failure: str | None = None
    failed_at: int | None = None
    fingerprint: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        """Where the file is uploaded to."""
        return f"imports/{self.tenant_id}/{self.id}.{self.format.extension}"

    @property
    def upload_expires_at(self) -> int:
        """Until when (epoch ms) the upload may begin."""
        return self.created_at + UPLOAD_SECONDS * 1000

    @property
    def source(self) -> str:
        """What a consent of the file is from where the line names no source."""
        return f"import:{self.id}"

    def origin(self, line: int) -> dict[str, Any]:
        """Where what stands in `line` was read: part of the proof of a consent."""
        return {"import": self.id, "line": line}

    def result_key(self, kind: str, number: int) -> str:
        """Where a list (`rejected`, `warnings`, `duplicates`) of one range rests: not among the uploads, whose arrival
        is announced."""
        return f"results/{self.tenant_id}/{self.id}/{kind}/{number:05d}.json"


@dataclass
class PartResult:
    """What came of one range so far. `attempts`: how often it was begun, `begun_at`: when last. `withdrawals_kept`
    counts members whose own no outlasted the file's yes, `awaiting_confirmation` those whose yes waits until they
    confirm it, `also_opted_out` other members whom the file's noes reach, as they have the same address; `warnings` are
    lines of which something was changed or left out."""

    state: PartState = PartState.RUNNING
    attempts: int = 0
    begun_at: int | None = None
    records: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    withdrawals_kept: int = 0
    awaiting_confirmation: int = 0
    also_opted_out: int = 0
    warnings: int = 0
    error: str | None = None
    finished_at: int | None = None


@dataclass(frozen=True)
class ImportProgress:
    """The whole import at one glance."""

    state: ImportState
    bytes_total: int | None
    bytes_done: int
    records_total: int | None
    records_done: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    withdrawals_kept: int
    awaiting_confirmation: int
    also_opted_out: int
    warnings: int
    parts: int
    parts_done: int
    parts_failed: int
    failure: str | None
    finished_at: int | None


def parse_key(key: str) -> tuple[str, str] | None:
    """Tenant and job of an uploaded file's key; None for anything else in the bucket."""
    match = _KEY.fullmatch(key)
    return (match[1], match[2]) if match else None


def progress(job: ImportJob, results: dict[int, PartResult], now: int) -> ImportProgress:
    """How far `job` is at `now` (epoch ms), from the results of its parts by number."""
    known = list(results.values())
    failed = [number for number, result in sorted(results.items()) if result.state is PartState.FAILED]
    gone_silent_at = _last_sign(job, known) + SILENT_MS
    state = _state(job, known)
    is_silent = state in (ImportState.WAITING_FOR_UPLOAD, ImportState.RUNNING) and now >= gone_silent_at
    if is_silent:
        state = ImportState.FAILED
    ended = state in (ImportState.DONE, ImportState.FAILED)
    instants = [at for at in (job.cut_at, job.failed_at, *(result.finished_at for result in known)) if at is not None]
    return ImportProgress(
        state=state,
        bytes_total=job.size,
        bytes_done=_bytes_done(job, results),
        records_total=sum(one.records for one in job.ranges) if job.cut_at else None,
        records_done=sum(result.records for result in known),
        created=sum(result.created for result in known),
        updated=sum(result.updated for result in known),
        unchanged=sum(result.unchanged for result in known),
        rejected=sum(result.rejected for result in known),
        withdrawals_kept=sum(result.withdrawals_kept for result in known),
        awaiting_confirmation=sum(result.awaiting_confirmation for result in known),
        also_opted_out=sum(result.also_opted_out for result in known),
        warnings=sum(result.warnings for result in known),
        parts=len(job.ranges),
        parts_done=sum(result.state is PartState.DONE for result in known),
        parts_failed=len(failed),
        failure=_silence(job) if is_silent else job.failure or _failed_parts(job, failed, results, ended=ended),
        finished_at=gone_silent_at if is_silent else max(instants, default=None) if ended else None,
    )


def _state(job: ImportJob, results: Sequence[PartResult]) -> ImportState:
    if job.failure is not None:
        return ImportState.FAILED
    if job.uploaded_at is None:
        return ImportState.WAITING_FOR_UPLOAD
    ended = [result for result in results if result.state is not PartState.RUNNING]
    if job.cut_at is None or len(ended) < len(job.ranges):
        return ImportState.RUNNING
    return ImportState.FAILED if any(one.state is PartState.FAILED for one in ended) else ImportState.DONE


def _last_sign(job: ImportJob, results: Sequence[PartResult]) -> int:
    """When (epoch ms) the import last showed that somebody is at it."""
    of_parts = [at for result in results for at in (result.begun_at, result.finished_at)]
    return max(at for at in (job.upload_expires_at, job.uploaded_at, job.cut_at, *of_parts) if at is not None)


def _silence(job: ImportJob) -> str:
    if job.uploaded_at is None:
        return "no file was seen within seven hours after the upload address expired: begin a new import"
    return "it stood still for seven hours; the operators can start it again"


def _bytes_done(job: ImportJob, results: dict[int, PartResult]) -> int:
    if job.cut_at is None:
        return 0
    done = job.ranges[0].start if job.ranges else job.size or 0  # what stands before the first record
    for number, one in enumerate(job.ranges):
        result = results.get(number)
        if result is not None:
            share = result.records / one.records if one.records else 1.0
            done += round((one.end - one.start) * min(1.0, share))
    return done


def _failed_parts(job: ImportJob, failed: Sequence[int], results: dict[int, PartResult], *, ended: bool) -> str | None:
    if not (ended and failed):
        return None
    first = job.ranges[failed[0]]
    reason = results[failed[0]].error or "unknown"
    return f"{len(failed)} of {len(job.ranges)} parts were given up; the first begins in line {first.line}: {reason}"
