"""The second step of an import, for one range: its lines become members, and its result is noted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.imports.file import FileShape
from ariia.domain.imports.job import ATTEMPTS, ImportJob, PartResult, PartState
from ariia.domain.imports.records import Record, lines_of
from ariia.ports.clock import Clock
from ariia.ports.jobs import JobStore
from ariia.ports.members.members import MemberStore
from ariia.ports.uploads import RangeTask, RangeWork, Uploads
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.services.imports.imports import line_document
from ariia.services.imports.jobs import ImportJobs
from ariia.services.imports.members import MemberImport, Outcome

T = TypeVar("T")
CHUNK = 40
_PROGRESS_MS = 2_000
GIVEN_UP = "it failed too often; the operators can start it again"


@dataclass
class _Tally:
    """The result as it grows, with the rejected lines and those with warnings."""

    result: PartResult = field(default_factory=PartResult)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.result.records += 1
        self.result.withdrawals_kept += outcome.kept_withdrawal
        self.result.awaiting_confirmation += outcome.awaits
        self.result.also_opted_out += outcome.also_opted_out
        setattr(self.result, outcome.kind, getattr(self.result, outcome.kind) + 1)
        if outcome.problems:
            self.rejected.append(line_document(outcome.line, outcome.problems))
        elif outcome.warnings:
            self.result.warnings += 1
            self.warnings.append(line_document(outcome.line, outcome.warnings))


class RangeImport:
    """Works one range off, as often as it is asked to: a finished one is left alone, a half-finished one is gone
    through again and finds its own marks on the members."""

    def __init__(
        self,
        jobs: JobStore,
        uploads: Uploads,
        members: MemberStore,
        double_opt_in: DoubleOptIn,
        work: RangeWork,
        clock: Clock,
        *,
        lanes: int,
    ) -> None:
        self._jobs, self._uploads, self._members = ImportJobs(jobs), uploads, members
        self._double_opt_in, self._work, self._clock = double_opt_in, work, clock
        self._lanes = lanes

    def run(self, task: RangeTask, *, stop_at: int) -> PartResult | None:
        """What came of the range, with the next of its lane begun; None when there is no such range. TransientError
        when it is not finished at `stop_at` (epoch ms) or something passing went wrong: ask again.

        The third attempt is noted as given up first, so that one that is killed shows, and so is the next of its lane
        begun: it is not to wait for what may never come."""
        job = self._jobs.find(task.tenant_id, task.job_id)
        if job is None or task.number >= len(job.ranges):
            return None
        tally = self._begin(job, task.number)
        result = tally.result
        if result.state is not PartState.DONE:
            result = self._finish_or_fail(job, task.number, tally, stop_at)
        if tally.result.attempts < ATTEMPTS:
            self._start_next(job, task.number)
        return result

    def _begin(self, job: ImportJob, number: int) -> _Tally:
        """A fresh tally whose attempt is counted; of a range that is finished, its result."""
        while True:
            present, version = self._jobs.result(job, number)
            if present.state is PartState.DONE:
                return _Tally(present)
            begun = PartResult(attempts=present.attempts + 1, begun_at=self._clock.now())
            if begun.attempts >= ATTEMPTS:
                self._start_next(job, number)
                begun.state, begun.error = PartState.FAILED, GIVEN_UP
            if self._jobs.save_result(job, number, begun, version):
                return _Tally(begun)

    def _start_next(self, job: ImportJob, number: int) -> None:
        following = number + self._lanes
        if following < len(job.ranges):
            self._work.start([RangeTask(job.tenant_id, job.id, following)])

    def _finish_or_fail(self, job: ImportJob, number: int, tally: _Tally, stop_at: int) -> PartResult:
        try:
            return self._import(job, number, tally, stop_at)
        except NotFoundError as error:
            failed = PartResult(PartState.FAILED, error=error.message, finished_at=self._clock.now())
            return self._note(job, number, failed)

    def _import(self, job: ImportJob, number: int, tally: _Tally, stop_at: int) -> PartResult:
        noted_at = self._clock.now()
        duplicates = self._duplicates(job, number)
        work = MemberImport(job, self._members, self._double_opt_in, self._clock)
        for chunk in _chunks(self._records(job, number), CHUNK):
            if self._clock.now() > stop_at:
                raise TransientError("the range is not finished in time; it goes on with the next attempt")
            for outcome in work.apply(chunk, duplicates):
                tally.add(outcome)
            if self._clock.now() - noted_at >= _PROGRESS_MS:
                noted_at = self._clock.now()
                self._note(job, number, tally.result)
        return self._finish(job, number, tally)

    def _records(self, job: ImportJob, number: int) -> Iterator[Record]:
        one = job.ranges[number]
        assert job.etag is not None
        blocks = self._uploads.blocks(job.key, job.etag, one.start, one.end)
        return FileShape.of(job).records(lines_of(blocks, start=one.start, number=one.line))

    def _duplicates(self, job: ImportJob, number: int) -> dict[int, int]:
        if not job.ranges[number].duplicates:
            return {}
        data = self._uploads.read(job.result_key("duplicates", number))
        if data is None:
            raise NotFoundError("the list of repeated lines is gone")
        return {int(line): earlier for line, earlier in json.loads(data).items()}

    def _finish(self, job: ImportJob, number: int, tally: _Tally) -> PartResult:
        """The lists first: a result that promises rejected lines can show them."""
        for kind, listed in (("rejected", tally.rejected), ("warnings", tally.warnings)):
            if listed:
                lines = "".join(json.dumps(one) + "\n" for one in sorted(listed, key=lambda one: int(one["line"])))
                self._uploads.write(job.result_key(kind, number), lines.encode())
        result = tally.result
        result.state, result.error, result.finished_at = PartState.DONE, None, self._clock.now()
        return self._note(job, number, result)

    def _note(self, job: ImportJob, number: int, result: PartResult) -> PartResult:
        """Stores the result, unless the range is finished already, whose result then stands."""
        while True:
            stored, version = self._jobs.result(job, number)
            if stored.state is PartState.DONE:
                return stored
            result.attempts = max(result.attempts, stored.attempts)
            if self._jobs.save_result(job, number, result, version):
                return result


def _chunks(records: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(records)
    while chunk := list(islice(rest, size)):
        yield chunk
