"""Bulk imports as a client sees them: asked for, uploaded, followed, and their rejected lines read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, Problem
from ariia.domain.imports.job import (
    UPLOAD_SECONDS,
    ContactStatus,
    ImportFormat,
    ImportJob,
    ImportProgress,
    PartState,
    progress,
)
from ariia.domain.text_values import FieldError, text
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import JobStore
from ariia.ports.uploads import Uploads
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.services.imports.jobs import ImportJobs

_CONTENT_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
_MAX_FILE_NAME = 200
_MAX_PROBLEMS = 20


@dataclass(frozen=True)
class UploadTarget:
    """Where the client PUTs the file, and with which headers."""

    url: str
    headers: dict[str, str]
    expires_at: int


@dataclass(frozen=True)
class ImportView:
    """An import and how far it is; `upload` only while nothing was uploaded and the URL may still be given out."""

    job: ImportJob
    progress: ImportProgress
    upload: UploadTarget | None = None


class LineList(StrEnum):
    """The lists that are kept of an import's lines: those that were not imported, and those of which something was
    changed or left out."""

    REJECTED = "rejected"
    WARNINGS = "warnings"


@dataclass(frozen=True)
class ListedLine:
    """A line of such a list: its number in the file (from 1), and every problem with it."""

    line: int
    problems: Sequence[Problem]


@dataclass(frozen=True)
class LinePage:
    """Lines of one list in the order of the file; `after` leads to the next page and is None at the end."""

    lines: list[ListedLine]
    after: str | None = None


class Imports:
    """Use cases around imports. The work itself is ImportCutting's and RangeImport's."""

    def __init__(self, jobs: JobStore, uploads: Uploads, double_opt_in: DoubleOptIn, clock: Clock, ids: Ids) -> None:
        self._jobs, self._uploads, self._double_opt_in = ImportJobs(jobs), uploads, double_opt_in
        self._clock, self._ids = clock, ids

    def create(
        self,
        tenant_id: str,
        kind: ImportFormat,
        created_by: str,
        file_name: str | None = None,
        creation: Creation | None = None,
        *,
        send_confirmations: bool = False,
        contact_status: ContactStatus | None = None,
    ) -> Created[ImportView]:
        """A new import with the URL to upload its file to. InvalidError for a bad name, a key used otherwise, when
        confirmations are to be sent and the tenant's double opt-in is off, or for a contact status of a file that is
        not Mailchimp's."""
        if contact_status is not None and kind is not ImportFormat.MAILCHIMP:
            problem = Problem("contact_status", "is of another format", contact_status, "null, unless mailchimp")
            raise InvalidError("only exports of Mailchimp have a contact status", problems=[problem])
        if send_confirmations and not self._double_opt_in.of(tenant_id).is_on:
            allowed = "false, while the setting double_opt_in is off"
            problem = Problem("send_confirmations", "would send none", value=True, allowed=allowed)
            raise InvalidError("nobody would be asked for a confirmation", problems=[problem])
        job = ImportJob(
            creation.id if creation else self._ids.new(),
            tenant_id,
            kind,
            created_by,
            self._clock.now(),
            file_name=_file_name(file_name),
            send_confirmations=send_confirmations,
            contact_status=contact_status,
            fingerprint=creation.fingerprint if creation else None,
        )
        if self._jobs.create(job):
            return Created(self._view(job), replayed=False)
        if creation is None:
            raise ConflictError(f"the import {job.id} exists already")
        stored = self._jobs.get(tenant_id, job.id)
        require_same(creation, stored.fingerprint)
        return Created(self._view(stored), replayed=True)

    def get(self, tenant_id: str, job_id: str) -> ImportView:
        """The import as it stands now; NotFoundError when the tenant has none of this id."""
        return self._view(self._jobs.get(tenant_id, job_id))

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[ImportView]:
        """Up to `limit` imports, newest first, behind the id `after`; fewer = the end."""
        return [self._view(job) for job in self._jobs.page(tenant_id, limit, after)]

    def lines(self, tenant_id: str, job_id: str, kind: LineList, limit: int, after: str | None = None) -> LinePage:
        """Up to `limit` lines of that list of the parts that are finished, behind the place `after`. NotFoundError for
        an unknown import, and when the lists, which are kept as long as the file, are gone."""
        job = self._jobs.get(tenant_id, job_id)
        number, offset = _place(after)
        found: list[ListedLine] = []
        listed = sorted(
            one
            for one, result in self._jobs.results(job).items()
            if result.state is PartState.DONE and getattr(result, kind)
        )
        for part in (one for one in listed if one >= number):
            lines = self._lines_of(job, kind, part)
            begin = offset if part == number else 0
            taken = lines[begin : begin + limit - len(found)]
            found += [_listed_line(line) for line in taken]
            if begin + len(taken) < len(lines):
                return LinePage(found, f"{part}:{begin + len(taken)}")
            if len(found) == limit and part < listed[-1]:
                return LinePage(found, f"{part + 1}:0")
        return LinePage(found)

    def _lines_of(self, job: ImportJob, kind: LineList, part: int) -> list[bytes]:
        data = self._uploads.read(job.result_key(kind, part))
        if data is None:
            raise NotFoundError(f"the {_KINDS[kind]} of this import are no longer kept")
        return data.splitlines()

    def _view(self, job: ImportJob) -> ImportView:
        results = self._jobs.results(job) if job.cut_at else {}
        may_upload = job.uploaded_at is None and self._clock.now() < job.upload_expires_at
        return ImportView(job, progress(job, results, self._clock.now()), self._target(job) if may_upload else None)

    def _target(self, job: ImportJob) -> UploadTarget:
        content_type = _CONTENT_TYPES[job.format.extension]
        seconds = min(UPLOAD_SECONDS, max(1, (job.upload_expires_at - self._clock.now()) // 1000))
        url = self._uploads.upload_url(job.key, content_type, seconds)
        return UploadTarget(url, {"Content-Type": content_type}, job.upload_expires_at)


_KINDS = {LineList.REJECTED: "rejected lines", LineList.WARNINGS: "warnings"}


def line_document(line: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """A line of a list as it is kept, with its first 20 problems."""
    kept = [
        {"field": one.field, "message": one.message, "value": one.value, "allowed": one.allowed}
        for one in problems[:_MAX_PROBLEMS]
    ]
    return {"line": line, "problems": kept}


def _listed_line(data: bytes) -> ListedLine:
    document = json.loads(data)
    problems = [Problem(**problem, line=document["line"]) for problem in document["problems"]]
    return ListedLine(document["line"], problems)


def _place(after: str | None) -> tuple[int, int]:
    if after is None:
        return 0, 0
    part, _, offset = after.partition(":")
    if not (part.isdecimal() and offset.isdecimal()):
        problem = Problem("cursor", "is not a place in this list of lines", value=after[:80])
        raise InvalidError("the cursor is not one of this list", problems=[problem])
    return int(part), int(offset)


def _file_name(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return text(name, _MAX_FILE_NAME)
    except FieldError as error:
        raise InvalidError("the file name is not valid", problems=[error.problem("file_name", name)]) from None
