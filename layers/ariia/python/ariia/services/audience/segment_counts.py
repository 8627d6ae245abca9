"""How many members a segment has, and a few of them: at once for a small tenant, as a job for a large one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ariia.domain.audience.count_job import AudienceQuestion, CountedAudience, CountTask
from ariia.domain.audience.counting import MAX_SAMPLE
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import SegmentCopy, TargetType
from ariia.domain.channel import Channel
from ariia.domain.documents import decode, encode, fingerprint
from ariia.domain.members.member import Member
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.members.members import MemberScan
from ariia.ports.shard_work import ShardWork
from ariia.services.audience.counting import AudienceCounter, collected
from ariia.services.audience.segments import Segments

# A large tenant's count is asked for again after ten minutes; one that is not done by then is begun anew.
GOOD_FOR_MS = 10 * 60_000
_KEPT_SECONDS = 86_400
_UNSAVED = "unsaved"


@dataclass(kw_only=True)
class SegmentCountJob(AudienceQuestion):
    """What was asked, and the answer once there is one."""

    created_at: int
    shards: int
    counted: CountedAudience | None = None


@dataclass(frozen=True)
class SegmentCount:
    """The answer as of `at` (epoch ms); `counted` is None while shards are still being counted."""

    at: int
    age_ms: int
    counted: CountedAudience | None
    shards_done: int
    shards: int


class SegmentCounts:
    """Counts segments and filters that are not saved."""

    def __init__(
        self,
        segments: Segments,
        counter: AudienceCounter,
        members: MemberScan,
        jobs: JobStore,
        work: ShardWork,
        clock: Clock,
        ids: Ids,
        shards: int,
    ) -> None:
        self._segments, self._counter, self._members = segments, counter, members
        self._jobs, self._work, self._clock, self._ids, self._shards = jobs, work, clock, ids, shards

    def of_segment(self, tenant_id: str, segment_id: str, channel: Channel) -> SegmentCount:
        """The count of a saved segment, by what a message on `channel` would meet. Asking again reads on.
        NotFoundError; TransientError."""
        segment = self._segments.get(tenant_id, segment_id)
        return self._count(tenant_id, segment.id, _copy(segment), channel)

    def of_filter(self, tenant_id: str, filter_json: Mapping[str, Any], channel: Channel) -> SegmentCount:
        """The same of a filter that is not saved; InvalidError with the place of each mistake in it."""
        unsaved = MemberSegment(_UNSAVED, tenant_id, _UNSAVED, filter_json=dict(filter_json))
        self._segments.require_valid(unsaved)
        return self._count(tenant_id, _UNSAVED, _copy(unsaved), channel)

    def sample(self, tenant_id: str, count: SegmentCount) -> list[Member]:
        """A few of the members that were counted, as they are now."""
        ids = count.counted.sample[:MAX_SAMPLE] if count.counted else []
        found = self._members.get_many(tenant_id, ids)
        return [found[one] for one in ids if one in found]

    def _count(self, tenant_id: str, segment_id: str, copy: SegmentCopy, channel: Channel) -> SegmentCount:
        now = self._clock.now()
        kind = f"segment-count-{fingerprint([segment_id, encode(copy), channel])[:32]}"
        known = self._jobs.page(tenant_id, kind, 1, None)
        if known and now - decode(SegmentCountJob, known[0].document).created_at < GOOD_FOR_MS:
            return self._read(known[0], now)
        asked = SegmentCountJob(
            channel=channel,
            one_per_address=False,
            target_type=TargetType.SEGMENT,
            target_filter_json={"segment_ids": [segment_id]},
            segments={segment_id: copy},
            at=now,
            created_at=now,
            shards=self._shards,
        )
        count = self._counter.count(tenant_id, asked.audience, asked.rules)
        if count is not None:
            return SegmentCount(now, 0, CountedAudience.of(count), self._shards, self._shards)
        job = Job(tenant_id, kind, self._ids.new(), encode(asked), now // 1000 + _KEPT_SECONDS)
        self._jobs.create(job)
        self._work.start([CountTask(tenant_id, kind, job.id, shard) for shard in range(self._shards)])
        return SegmentCount(now, 0, None, 0, self._shards)

    def _read(self, job: Job, now: int) -> SegmentCount:
        asked = decode(SegmentCountJob, job.document)
        done = asked.shards
        if asked.counted is None:
            done, count = collected(self._jobs, job, asked.shards)
            if count is not None:
                asked.counted = CountedAudience.of(count)
                job.document = encode(asked)
                self._jobs.save(job)
        return SegmentCount(asked.created_at, now - asked.created_at, asked.counted, done, asked.shards)


def _copy(segment: MemberSegment) -> SegmentCopy:
    return SegmentCopy(segment.name, segment.is_dynamic, segment.filter_json)
