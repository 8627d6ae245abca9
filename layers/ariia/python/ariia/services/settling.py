"""Settling: what became of the batches that were released, and which of them must be queued again."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.batch import BatchKey, EntryState, ReleaseCursor
from ariia.domain.campaign import Campaign, CampaignStatus
from ariia.domain.consent import ExclusionReason
from ariia.domain.queued_batch import QueuedBatch
from ariia.domain.wave import Lane
from ariia.ports.clock import Clock
from ariia.ports.ledger import BatchSummary, Partition, ReleaseLedger
from ariia.ports.sending import SendQueue

from .release_round import Cursors, ReleasePolicy, Tally, claimable, move_cursor
from .released_batches import lane_after, up_to
from .resolving import UnknownResolver


class BatchSettler:
    """Goes through what lies between the settled and the released row of every lane."""

    def __init__(
        self, ledger: ReleaseLedger, queue: SendQueue, resolver: UnknownResolver, clock: Clock, policy: ReleasePolicy
    ) -> None:
        self._ledger, self._queue, self._resolver = ledger, queue, resolver
        self._clock, self._policy = clock, policy

    def settle(self, campaign: Campaign, tally: Tally) -> Cursors:
        """Resolves claims, expires what is too late, queues again what got lost, and moves the settled rows on. The
        cursors of every lane in every shard as they stand then."""
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        cursors = self._ledger.release_cursors(partitions, [lane.id for lane in campaign.lanes])
        for partition in partitions:
            for lane in campaign.lanes:
                place = (partition.shard, lane.id)
                cursors[place] = self._settle_lane(campaign, partition, lane, cursors[place], tally)
        return cursors

    def _settle_lane(
        self, campaign: Campaign, partition: Partition, lane: Lane, cursor: ReleaseCursor, tally: Tally
    ) -> ReleaseCursor:
        last = _last_row(campaign, cursor)
        if cursor.settled >= last:
            return cursor
        settled, contiguous, stale = cursor.settled, True, []
        overdue = self._is_overdue(campaign, cursor)
        for summary in up_to(last, lane_after(self._ledger, partition, lane, cursor.settled)):
            pending, is_free = self._settle_one(campaign, summary, tally)
            contiguous = contiguous and pending == 0
            if contiguous:
                settled = summary.key.row
            elif pending and is_free and (overdue or summary.claim is not None):
                stale.append(QueuedBatch(summary.key, pending))
        tally.settled += settled != cursor.settled
        requeue = stale if self._may_leave(campaign, lane) else []
        if settled == cursor.settled and not requeue:
            return cursor
        self._queue.put(requeue)
        queued_at = self._clock.now() if requeue else cursor.queued_at
        moved = replace(cursor, settled=settled, queued_at=queued_at)
        return move_cursor(self._ledger, partition, lane.id, cursor, moved)

    def _may_leave(self, campaign: Campaign, lane: Lane) -> bool:
        """Whether queueing again is of use; while the account may not send, it would only fill the queue."""
        open_now = campaign.wave_of(lane).is_open(self._clock.now())
        return campaign.is_sendable and campaign.parked_at is None and open_now

    def _is_overdue(self, campaign: Campaign, cursor: ReleaseCursor) -> bool:
        """Whether queued batches that nobody claimed must be queued again. Senders drop the messages of a campaign that
        is paused: what was queued before this run began is not waited for."""
        waited = self._clock.now() - cursor.queued_at
        return cursor.queued_at < campaign.run_began_at or waited >= self._policy.requeue_seconds * 1000

    def _settle_one(self, campaign: Campaign, summary: BatchSummary, tally: Tally) -> tuple[int, bool]:
        """Deals with one released batch: how many of its members still wait, and whether nobody holds it."""
        pending, is_free = summary.pending, True
        if summary.claim is not None:
            resolution = self._resolver.resolve(campaign, summary)
            pending, is_free = resolution.pending, resolution.settled
            tally.claimed += not resolution.settled
            tally.held += resolution.held
            tally.wake_at.extend(resolution.wake_at)
        elif pending and self._is_expired(campaign, summary):
            pending = 0 if self._expire(summary.key) else pending
        tally.outstanding += pending
        return pending, is_free

    def _is_expired(self, campaign: Campaign, summary: BatchSummary) -> bool:
        lane = next((one for one in campaign.lanes if one.id == summary.key.lane), None)
        sending = campaign.status is CampaignStatus.SENDING
        return sending and lane is not None and campaign.wave_of(lane).is_over(self._clock.now())

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


def _last_row(campaign: Campaign, cursor: ReleaseCursor) -> str:
    """Up to where batches may be claimed. Queueing comes before the cursor moves, and a cancel may come in between:
    then a sender holds what no later round of release will pass."""
    return claimable(cursor) if campaign.status is CampaignStatus.CANCELLED else cursor.released
