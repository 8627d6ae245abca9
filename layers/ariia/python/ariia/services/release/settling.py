"""Settling: what became of the batches that were released, and which of them must be queued again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Batch, BatchKey, EntryState, ReleaseCursor, count_state
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.put_off import is_void
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.wave import Lane
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import BatchSummary, Partition, ReleaseLedger
from ariia.ports.ledger.sending import SendQueue
from ariia.services.release.released_batches import batches_after, up_to
from ariia.services.release.resolving import UnknownResolver
from ariia.services.release.round_state import Cursors, Moved, ReleasePolicy, RoundReport, claimable, move_cursors


@dataclass(frozen=True)
class Left:
    """What is left of a batch: members who wait, whether they may be queued again, and until when they had to wait; and
    what became of the others."""

    pending: int
    is_due: bool = False
    waited_until: int | None = None
    accepted: int = 0
    failed: int = 0

    def has_waited(self, cursor: ReleaseCursor) -> bool:
        """True when their time has come since anything of the lane was queued last."""
        return self.waited_until is not None and cursor.queued_at < self.waited_until


@dataclass
class _Pass:
    """One lane of one shard on its way from the settled row to the last: `settled` up to where nobody waits, with what
    became of those who did, `stale` what must be queued again."""

    partition: Partition
    lane: Lane
    cursor: ReleaseCursor
    last: str
    overdue: bool
    settled: str
    accepted: int
    failed: int
    contiguous: bool = True
    stale: list[QueuedBatch] = field(default_factory=list)

    @property
    def place(self) -> tuple[Partition, str]:
        """Where the cursor rests."""
        return self.partition, self.lane.id

    def add(self, summary: BatchSummary, left: Left) -> None:
        """Notes what is left of the next batch of the lane."""
        self.contiguous = self.contiguous and left.pending == 0
        if self.contiguous:
            self.settled = summary.key.row
            self.accepted += left.accepted
            self.failed += left.failed
        elif left.is_due and (self.overdue or summary.claim is not None or left.has_waited(self.cursor)):
            self.stale.append(QueuedBatch(summary.key, left.pending))


class BatchSettler:
    """Goes through what lies between the settled and the released row of every lane."""

    def __init__(
        self, ledger: ReleaseLedger, queue: SendQueue, resolver: UnknownResolver, clock: Clock, policy: ReleasePolicy
    ) -> None:
        self._ledger, self._queue, self._resolver = ledger, queue, resolver
        self._clock, self._policy = clock, policy

    def settle(self, campaign: Dispatch, tally: RoundReport) -> Cursors:
        """Resolves claims, expires what is too late, queues again what got lost, and moves the settled rows on. The
        cursors of every lane in every shard as they stand then."""
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        cursors = self._ledger.release_cursors(partitions, [lane.id for lane in campaign.lanes])
        tally.accepted = sum(cursor.accepted for cursor in cursors.values())
        tally.failed = sum(cursor.failed for cursor in cursors.values())
        passes = [one for partition in partitions for one in self._settled(campaign, partition, cursors, tally)]
        for (partition, lane_id), cursor in self._moved(campaign, passes).items():
            cursors[partition.shard, lane_id] = cursor
        return cursors

    def words_of(self, key: BatchKey | None) -> str:
        """Why a member of the batch failed."""
        batch = self._ledger.batch(key) if key is not None else None
        failed = [one.detail for one in batch.entries if one.state is EntryState.FAILED] if batch else []
        return failed[0] if failed else "unknown"

    def _settled(self, campaign: Dispatch, partition: Partition, cursors: Cursors, tally: RoundReport) -> list[_Pass]:
        passes = self._passes(campaign, partition, cursors)
        self._settle_shard(campaign, partition, passes, tally)
        tally.settled += sum(one.settled != one.cursor.settled for one in passes)
        return passes

    def _passes(self, campaign: Dispatch, partition: Partition, cursors: Cursors) -> list[_Pass]:
        passes = []
        for lane in campaign.lanes:
            cursor = cursors[partition.shard, lane.id]
            last = _last_row(campaign, cursor)
            if cursor.settled < last:
                overdue = self._is_overdue(campaign, cursor) and self._is_open(campaign, lane.id)
                at = (cursor.settled, cursor.accepted, cursor.failed)
                passes.append(_Pass(partition, lane, cursor, last, overdue, *at))
        return passes

    def _settle_shard(self, campaign: Dispatch, partition: Partition, passes: list[_Pass], tally: RoundReport) -> None:
        """Goes through the rows of all lanes once, whatever their number."""
        if not passes:
            return
        first, last = min(one.cursor.settled for one in passes), max(one.last for one in passes)
        by_lane = {one.lane.id: one for one in passes}
        for summary in up_to(last, batches_after(self._ledger, partition, first)):
            one = by_lane.get(summary.key.lane)
            if one is not None and one.cursor.settled < summary.key.row <= one.last:
                left = self._settle_one(campaign, summary, tally)
                tally.see(summary.key, left.accepted, left.failed)
                one.add(summary, left)

    def _moved(self, campaign: Dispatch, passes: list[_Pass]) -> Moved:
        """Queues again what has to be, and stores the cursors as far as the passes have come."""
        requeued = [one for one in passes if one.stale and self._may_leave(campaign, one.lane)]
        self._queue.put([batch for one in requeued for batch in one.stale])
        wanted, now = {}, self._clock.now()
        for one in passes:
            moved = replace(one.cursor, settled=one.settled, accepted=one.accepted, failed=one.failed)
            if one in requeued:
                wanted[one.place] = replace(moved, queued_at=now)
            elif one.settled != one.cursor.settled:
                wanted[one.place] = moved
        return move_cursors(self._ledger, wanted)

    def _may_leave(self, campaign: Dispatch, lane: Lane) -> bool:
        """Whether queueing again is of use; while the account may not send, it would only fill the queue."""
        is_open = campaign.is_lane_open(lane.id, self._clock.now())
        return campaign.is_sendable and campaign.parked_at is None and is_open

    def _is_overdue(self, campaign: Dispatch, cursor: ReleaseCursor) -> bool:
        """Whether queued batches that nobody claimed must be queued again. Senders drop the messages of a campaign that
        is paused: what was queued before this run began is not waited for."""
        waited = self._clock.now() - cursor.queued_at
        return cursor.queued_at < campaign.run_began_at or waited >= self._policy.requeue_seconds * 1000

    def _settle_one(self, campaign: Dispatch, summary: BatchSummary, tally: RoundReport) -> Left:
        """Deals with one released batch: how many of its members still wait, and whether they may be queued again."""
        if summary.claim is not None:
            resolution = self._resolver.resolve(campaign, summary)
            tally.claimed += not resolution.settled
            tally.held += resolution.held
            tally.wake_at.extend(resolution.wake_at)
            tally.outstanding += resolution.pending
            if not resolution.settled and summary.claim.lease_until <= self._clock.now():
                tally.unknown += min(summary.claim.size, resolution.pending)
            fresh = self._ledger.batch(summary.key) if resolution.settled else None
            known = _counts(fresh) if fresh else (summary.accepted, summary.failed)
            return Left(resolution.pending, resolution.settled and resolution.pending > 0, None, *known)
        known = (summary.accepted, summary.failed)
        if summary.pending and self._is_expired(campaign, summary) and self._expire(summary.key):
            return Left(0, False, None, *known)
        wait_until = self._wait_until(campaign, summary)
        if summary.pending and wait_until is not None and wait_until > self._clock.now():
            tally.wait(wait_until, ruled=True)
            return Left(summary.pending, False, None, *known)
        opens_at = campaign.lane_opening(summary.key.lane, self._clock.now())
        if summary.pending and opens_at is not None and opens_at > self._clock.now():
            tally.wait(opens_at, ruled=campaign.is_lane_open(summary.key.lane, self._clock.now()))
        else:
            tally.outstanding += summary.pending
        return Left(summary.pending, summary.pending > 0, wait_until, *known)

    def _wait_until(self, campaign: Dispatch, summary: BatchSummary) -> int | None:
        """Until when those of the batch who wait were put off. Where that was by other rules, it ended with these: they
        are queued once, to be looked at again."""
        if summary.wait_until is None or not is_void(summary.put_off, summary.pending, campaign.rules_changed_at):
            return summary.wait_until
        return min(summary.wait_until, campaign.rules_changed_at)

    def _is_open(self, campaign: Dispatch, lane_id: str) -> bool:
        now = self._clock.now()
        return campaign.lane_opening(lane_id, now) == now

    def _is_expired(self, campaign: Dispatch, summary: BatchSummary) -> bool:
        is_over = campaign.lane_opening(summary.key.lane, self._clock.now()) is None
        return campaign.status is CampaignStatus.SENDING and is_over

    def _expire(self, key: BatchKey) -> bool:
        """False when a sender holds the batch by now, or has changed it."""
        batch = self._ledger.batch(key)
        if batch is None or batch.claim is not None:
            return False
        entries = [
            replace(entry, state=EntryState.EXCLUDED, detail=str(ExclusionReason.EXPIRED))
            if entry.state is EntryState.PENDING
            else entry
            for entry in batch.entries
        ]
        return self._ledger.rewrite(replace(batch, entries=entries), batch.entries)


def _counts(batch: Batch) -> tuple[int, int]:
    return count_state(batch.entries, EntryState.ACCEPTED), count_state(batch.entries, EntryState.FAILED)


def _last_row(campaign: Dispatch, cursor: ReleaseCursor) -> str:
    """Up to where batches may be claimed. Queueing comes before the cursor moves, and a pause or cancel may come in
    between: then a sender holds what no later round of release will pass."""
    return cursor.released if campaign.is_sendable else claimable(cursor)
