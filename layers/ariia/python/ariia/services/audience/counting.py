"""Counting an audience: a small one at once, a large one shard by shard, each in its own invocation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.count_job import PIECE_STEP, AudienceQuestion, CountTask, ShardCount
from ariia.domain.audience.counting import AudienceCount, CountRules, count_members
from ariia.domain.documents import decode
from ariia.domain.members.member import Member
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobPart, JobStore
from ariia.ports.members.members import MemberScan
from ariia.services.audience.page_facts import PageFactsReader

AT_ONCE = 20_000
_PAGE = 1_000
_GET_MANY = 100
# Somebody waits, and the API has half a minute.
_SETTLING_MS = 5_000


class AudienceCounter:
    """Counts while somebody waits for the answer."""

    def __init__(
        self, members: MemberScan, facts: PageFactsReader, clock: Clock, shards: int, at_once: int = AT_ONCE
    ) -> None:
        self._members, self._facts, self._clock = members, facts, clock
        self._shards, self._at_once = shards, at_once

    def count(self, tenant_id: str, audience: AudienceFilter, rules: CountRules) -> AudienceCount | None:
        """The count; None when the tenant has more members than can be counted at once, or more that is noted of
        them and not settled."""
        ends_at = self._clock.now() + _SETTLING_MS
        if not all(self._facts.prepare(tenant_id, audience, shard, ends_at) for shard in range(self._shards)):
            return None
        count = AudienceCount()
        if audience.selected_ids is not None:
            for members in self._selected(tenant_id, audience.selected_ids):
                self._add(count, tenant_id, members, audience, rules)
            return count
        # Members spread evenly over the shards: one that holds twice its part of the limit tells of a large tenant.
        read, of_shard = 0, 2 * self._at_once // self._shards
        for shard in range(self._shards):
            read_before = read
            for members in scan_pages(self._members, tenant_id, shard, None):
                read += len(members)
                if read > self._at_once or read - read_before > of_shard:
                    return None
                self._add(count, tenant_id, members, audience, rules)
        return count

    def _add(
        self, count: AudienceCount, tenant_id: str, members: list[Member], audience: AudienceFilter, rules: CountRules
    ) -> None:
        count_members(count, members, audience, rules, self._facts.of(tenant_id, audience, members))

    def _selected(self, tenant_id: str, ids: Sequence[str]) -> Iterator[list[Member]]:
        for start in range(0, len(ids), _GET_MANY):
            yield list(self._members.get_many(tenant_id, ids[start : start + _GET_MANY]).values())


class ShardCounter:
    """Counts one shard of a preflight job. It may be killed anywhere and run again or twice: the count rests in the
    job's part, together with how far it goes."""

    def __init__(self, members: MemberScan, facts: PageFactsReader, jobs: JobStore, clock: Clock) -> None:
        self._members, self._facts, self._jobs, self._clock = members, facts, jobs, clock

    def count(self, task: CountTask, ends_at: int) -> bool:
        """Counts until the shard is done or `ends_at` (epoch ms) has come. True when nothing is left to do, which
        includes a job that has expired."""
        job = self._jobs.get(task.tenant_id, task.kind, task.job_id)
        if job is None:
            return True
        progress = read_progress(self._jobs, job, task.shard)
        if not progress.done:
            self._advance(decode(AudienceQuestion, job.document), task, progress, ends_at)
            self._write(job, task.shard, progress)
        return progress.done

    def _advance(self, question: AudienceQuestion, task: CountTask, progress: ShardCount, ends_at: int) -> None:
        audience, rules = question.audience, question.rules
        if not self._facts.prepare(task.tenant_id, audience, task.shard, ends_at):
            return
        for members in scan_pages(self._members, task.tenant_id, task.shard, progress.after):
            facts = self._facts.of(task.tenant_id, audience, members)
            count_members(progress.count, members, audience, rules, facts)
            progress.after = members[-1].id if members else progress.after
            progress.done = len(members) < _PAGE
            if self._clock.now() >= ends_at:
                return

    def _write(self, job: Job, shard: int, progress: ShardCount) -> None:
        """The first piece last: it is what says that the others are there."""
        for piece, document in reversed(list(enumerate(progress.pieces()))):
            part = self._jobs.part(job.tenant_id, job.id, piece * PIECE_STEP + shard)
            # Another run of the same task may have been faster: its count is as good.
            self._jobs.save_part(job, JobPart(part.number, document, part.version))


def read_progress(jobs: JobStore, job: Job, shard: int) -> ShardCount:
    """How far a shard of the job is counted."""
    first = jobs.part(job.tenant_id, job.id, shard)
    if not first.version:
        return ShardCount()
    numbers = [piece * PIECE_STEP + shard for piece in range(1, first.document["pieces"])]
    rest = [jobs.part(job.tenant_id, job.id, number) for number in numbers]
    return ShardCount.from_pieces([first.document, *(part.document for part in rest)])


def collected(jobs: JobStore, job: Job, shards: int) -> tuple[int, AudienceCount | None]:
    """Number of shards that are counted, and the whole count once all are."""
    done = [part.number for part in jobs.parts(job.tenant_id, job.id) if part.document.get("done")]
    if len(done) < shards:
        return len(done), None
    total = AudienceCount()
    for shard in done:
        total.add(read_progress(jobs, job, shard).count)
    return len(done), total


def scan_pages(members: MemberScan, tenant_id: str, shard: int, after: str | None) -> Iterator[list[Member]]:
    """The members of a shard behind `after`, page by page, in id order."""
    while True:
        page = members.scan(tenant_id, shard, after, _PAGE)
        yield page
        if len(page) < _PAGE:
            return
        after = page[-1].id
