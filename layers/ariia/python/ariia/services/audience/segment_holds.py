"""What is approved covers who is in the lists that it names: while something that was submitted still needs a segment,
its list stays as it is and the segment can't be deleted.

Beside each segment rests a record of what was submitted with it, and of changes that are being made. Both sides write
it under its version, so that a submission and a change never both go through. A holder is written before its submission
and taken out by nobody: whoever reads the record asks each holder whether it still needs the segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.documents import decode, encode
from ariia.domain.errors import ConflictError, TransientError
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.segments import SegmentUses

KIND = "segment_hold"
# Longer than any request lasts: what began earlier and left nothing else behind has crashed.
_LASTS_MS = 60_000
_TRIES = 8


@dataclass(frozen=True)
class Holder:
    """What is being submitted, at the version that it was read with."""

    kind: str
    id: str
    version: int
    at: int = 0


@dataclass
class _Record:
    """`changing`: until when (epoch ms) a change that was begun may go on, by its token."""

    holders: list[dict[str, Any]] = field(default_factory=list)
    changing: dict[str, int] = field(default_factory=dict)


class SegmentHolds:
    """Keeps lists and what was submitted with them together."""

    def __init__(self, jobs: JobStore, uses: Mapping[str, SegmentUses], clock: Clock, ids: Ids) -> None:
        """`uses` by the kind of their holders."""
        self._jobs, self._uses, self._clock, self._ids = jobs, uses, clock, ids

    def hold(self, tenant_id: str, segment_ids: Iterable[str], holder: Holder) -> None:
        """To be called right before the submission is stored. ConflictError while one of the lists is being changed;
        TransientError."""
        for segment_id in segment_ids:
            self._hold(tenant_id, segment_id, holder)

    @contextmanager
    def changing(self, tenant_id: str, segment_id: str) -> Iterator[None]:
        """Inside, the segment and its list may be changed, and nothing is submitted with it. ConflictError naming what
        needs it as it is; TransientError."""
        token = self._ids.new()
        self._begin(tenant_id, segment_id, token)
        try:
            yield
        finally:
            self._end(tenant_id, segment_id, token)

    def forget(self, tenant_id: str, segment_id: str) -> None:
        """To be called when the segment is gone."""
        job, _ = self._read(tenant_id, segment_id)
        self._jobs.delete(job)

    def _hold(self, tenant_id: str, segment_id: str, holder: Holder) -> None:
        for _ in range(_TRIES):
            job, record, now = *self._read(tenant_id, segment_id), self._clock.now()
            if any(until > now for until in record.changing.values()):
                raise ConflictError(f"the list of the segment {segment_id} is being changed just now; try again")
            others = [one for one in record.holders if self._why(tenant_id, segment_id, Holder(**one))]
            mine = Holder(holder.kind, holder.id, holder.version, now)
            record.holders = [*(one for one in others if one["id"] != holder.id), asdict(mine)]
            if self._write(job, record):
                return
        raise changed_meanwhile()

    def _begin(self, tenant_id: str, segment_id: str, token: str) -> None:
        for _ in range(_TRIES):
            job, record, now = *self._read(tenant_id, segment_id), self._clock.now()
            reasons = [self._why(tenant_id, segment_id, Holder(**one)) for one in record.holders]
            reason = next(filter(None, reasons), None)
            if reason is not None:
                raise ConflictError(f"{reason}, needs this segment with its list as it is")
            record.holders = []
            record.changing = {one: until for one, until in record.changing.items() if until > now}
            record.changing[token] = now + _LASTS_MS
            if self._write(job, record):
                return
        raise TransientError("the segment's list is changed by many at once; try again")

    def _end(self, tenant_id: str, segment_id: str, token: str) -> None:
        """What can't be ended now ends by itself."""
        for _ in range(_TRIES):
            job, record = self._read(tenant_id, segment_id)
            record.changing.pop(token, None)
            if self._write(job, record):
                return

    def _why(self, tenant_id: str, segment_id: str, holder: Holder) -> str | None:
        """Who needs the segment, and where it stands; None when it is not needed any more."""
        use = self._uses[holder.kind].of(tenant_id, holder.id, segment_id)
        if use is not None and use.version == holder.version and self._clock.now() - holder.at < _LASTS_MS:
            return f"{use.name}, which is being submitted"
        return use.need if use is not None else None

    def _read(self, tenant_id: str, segment_id: str) -> tuple[Job, _Record]:
        job = self._jobs.get(tenant_id, KIND, segment_id)
        if job is None:
            return Job(tenant_id, KIND, segment_id), _Record()
        return job, decode(_Record, job.document)

    def _write(self, job: Job, record: _Record) -> bool:
        job.document = encode(record)
        return self._jobs.save(job) if job.version else self._jobs.create(job)
