"""Freezing: a static segment made of those who meet a dynamic one now. Its list is filled shard by shard, each in an
invocation of its own; ids are put on a list as often as it takes."""

from __future__ import annotations

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.segment_task import FILL_KIND, FillJob, SegmentTask
from ariia.domain.audience.target import SegmentCopy, TargetType
from ariia.domain.creation import Created, Creation
from ariia.domain.documents import decode, encode
from ariia.domain.errors import ConflictError, TransientError
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobPart, JobStore
from ariia.ports.members.members import MemberScan
from ariia.ports.segments import SegmentLists, SegmentStore
from ariia.ports.shard_work import ShardWork
from ariia.services.audience.counting import scan_pages
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.audience.segments import Segments

_KEPT_SECONDS = 7 * 86_400
_PAGE = 1_000
_TRIES = 8


class SegmentFreezing:
    """Begins the filling of a frozen segment's list."""

    def __init__(
        self, segments: Segments, jobs: JobStore, work: ShardWork, clock: Clock, ids: Ids, shards: int
    ) -> None:
        self._segments, self._jobs, self._work = segments, jobs, work
        self._clock, self._ids, self._shards = clock, ids, shards

    def freeze(
        self, tenant_id: str, by: str, segment_id: str, name: str, creation: Creation | None = None
    ) -> Created[MemberSegment]:
        """A new static segment whose list is being filled: it can be sent to when `fill_job_id` is None. Asked again
        under the same key, it takes up what was interrupted. NotFoundError; ConflictError when the segment is static;
        LimitError; InvalidError; TransientError."""
        source = self._segments.get(tenant_id, segment_id)
        if not source.is_dynamic:
            raise ConflictError("a static segment is frozen already")
        fields = {"name": name, "is_dynamic": False, "frozen_from": source.id, "fill_job_id": self._ids.new()}
        made = self._segments.create(tenant_id, by, fields, creation)
        if made.entity.fill_job_id is not None:
            self._begin(made.entity, source)
        return made

    def _begin(self, segment: MemberSegment, source: MemberSegment) -> None:
        job_id, now = segment.fill_job_id or "", self._clock.now()
        question = FillJob(
            segment_id=segment.id,
            shards=self._shards,
            target_type=TargetType.SEGMENT,
            target_filter_json={"segment_ids": [source.id]},
            segments={source.id: SegmentCopy(source.name, source.is_dynamic, source.filter_json)},
            at=segment.created_at,
        )
        # A job that is there already keeps the filter that it began with.
        self._jobs.create(Job(segment.tenant_id, FILL_KIND, job_id, encode(question), now // 1000 + _KEPT_SECONDS))
        shards = range(self._shards)
        self._work.start([SegmentTask(segment.tenant_id, segment.id, shard, job_id) for shard in shards])


class ShardFiller:
    """Works on one shard of a list; it may be killed anywhere and run again or twice."""

    def __init__(
        self,
        members: MemberScan,
        facts: PageFactsReader,
        segments: SegmentStore,
        lists: SegmentLists,
        jobs: JobStore,
        clock: Clock,
    ) -> None:
        self._members, self._facts, self._segments = members, facts, segments
        self._lists, self._jobs, self._clock = lists, jobs, clock

    def work(self, task: SegmentTask, ends_at: int) -> bool:
        """Fills or empties until the shard is done or `ends_at` (epoch ms) has come. True when nothing is left to do,
        which includes a job that has expired. TransientError."""
        if task.job_id is None:
            return self._empty(task, ends_at)
        job = self._jobs.get(task.tenant_id, FILL_KIND, task.job_id)
        if job is None:
            return True
        asked, part = decode(FillJob, job.document), self._jobs.part(task.tenant_id, job.id, task.shard)
        if not part.document.get("done"):
            after = part.document.get("after")
            part.document = self._fill(task, asked.audience, after, ends_at)
            self._jobs.save_part(job, JobPart(part.number, part.document, part.version))
        if not part.document["done"]:
            return False
        self._finish(task, job, asked)
        return True

    def _fill(self, task: SegmentTask, audience: AudienceFilter, after: str | None, ends_at: int) -> dict[str, object]:
        if not self._facts.prepare(task.tenant_id, audience, task.shard, ends_at):
            return {"after": after, "done": False}
        for members in scan_pages(self._members, task.tenant_id, task.shard, after):
            if not self._is_filling(task):
                return {"after": after, "done": True}
            facts = self._facts.of(task.tenant_id, audience, members)
            meant = [member.id for member in members if audience.matches(member, facts)]
            self._lists.add(task.tenant_id, task.segment_id, meant)
            after = members[-1].id if members else after
            if len(members) < _PAGE:
                return {"after": after, "done": True}
            if self._clock.now() >= ends_at:
                break
        return {"after": after, "done": False}

    def _is_filling(self, task: SegmentTask) -> bool:
        """False when another invocation was faster, or the segment is gone: a list that is filled may be approved."""
        segment = self._segments.get(task.tenant_id, task.segment_id)
        return segment is not None and segment.fill_job_id == task.job_id

    def _finish(self, task: SegmentTask, job: Job, asked: FillJob) -> None:
        """The last worker sees that all are done, and notes it on the segment."""
        parts = self._jobs.parts(task.tenant_id, job.id)
        if sum(bool(part.document.get("done")) for part in parts) < asked.shards:
            return
        for _ in range(_TRIES):
            segment = self._segments.get(task.tenant_id, task.segment_id)
            if segment is None or segment.fill_job_id != job.id:
                return
            segment.fill_job_id = None
            if self._segments.save(segment):
                return
        raise TransientError("the segment keeps changing; try again")

    def _empty(self, task: SegmentTask, ends_at: int) -> bool:
        if self._segments.get(task.tenant_id, task.segment_id) is not None:
            return True
        while True:
            ids = self._lists.page(task.tenant_id, task.segment_id, task.shard, None, _PAGE)
            self._lists.remove(task.tenant_id, task.segment_id, ids)
            if len(ids) < _PAGE:
                return True
            if self._clock.now() >= ends_at:
                return False
