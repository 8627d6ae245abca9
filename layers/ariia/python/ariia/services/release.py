"""Release and settle: one round of the loop that keeps the channel's queue just ahead of the send rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ariia.domain.batch import BatchKey, EntryState, ReleaseCursor
from ariia.domain.campaign import Campaign, CampaignStatus
from ariia.domain.consent import ExclusionReason
from ariia.domain.queued_batch import QueuedBatch
from ariia.domain.wave import Lane, Wave
from ariia.ports.clock import Clock
from ariia.ports.ledger import BatchSummary, Partition, ReleaseLedger
from ariia.ports.sending import AccountQuota, SendQueue, SendRate, SendRates

from .resolving import UnknownResolver
from .runs import CampaignRuns

WAIT, END = "wait", "end"
_LONGEST_WAIT = 900
_QUOTA_AGE_MS = 60_000
_PAGE = 500
# Sorts behind every row of a batch.
_END = "batch#~"


@dataclass(frozen=True)
class ReleasePolicy:
    """Times in seconds: shortest wait between rounds, how much sending one round queues, how long a queued batch may
    stay untouched before it is queued again (its message was lost or dropped), and how long after a cancel a sender
    that had looked before may still make a claim (its invocation's time and more)."""

    round_seconds: int = 10
    horizon_seconds: int = 120
    requeue_seconds: int = 180
    linger_seconds: int = 120


@dataclass(frozen=True)
class Round:
    """What the loop does next. `idle` counts the rounds in a row in which nothing moved."""

    outcome: str
    wait_seconds: int = 0
    idle: int = 0
    released: int = 0
    held: int = 0


@dataclass
class _Tally:
    """What one round saw and did."""

    outstanding: int = 0
    released: int = 0
    settled: int = 0
    claimed: int = 0
    held: int = 0
    unfinished: bool = False
    parked: bool = False
    wake_at: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Step:
    """What one lane of one shard releases in this round; `size` is in members."""

    partition: Partition
    lane: Lane
    before: ReleaseCursor
    after: ReleaseCursor
    chosen: list[QueuedBatch]
    size: int


class BatchReleaser:
    """Runs the rounds of one campaign. Queueing comes before the cursor moves: a crash queues twice, never not at all;
    the claim makes the second message harmless."""

    def __init__(
        self,
        runs: CampaignRuns,
        ledger: ReleaseLedger,
        queue: SendQueue,
        rates: SendRates,
        quota: AccountQuota,
        resolver: UnknownResolver,
        clock: Clock,
        policy: ReleasePolicy,
    ) -> None:
        self._runs, self._ledger, self._queue, self._rates = runs, ledger, queue, rates
        self._quota, self._resolver, self._clock, self._policy = quota, resolver, clock, policy

    def round(self, tenant_id: str, campaign_id: str, epoch: int, idle: int = 0) -> Round:
        """One round: settles what was released, releases what fits, and says when to come back."""
        campaign = self._runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            return Round(END)
        tally = _Tally()
        cursors = self._settle_all(campaign, tally)
        if campaign.is_sendable:
            self._release_all(campaign, cursors, tally)
        if self._is_over(campaign, tally):
            if campaign.is_sendable:
                self._runs.finish(campaign)
            return Round(END, released=tally.released)
        idle = 0 if tally.released or tally.settled else idle + 1
        return Round(WAIT, self._wait(tally, idle), idle, tally.released, tally.held)

    def _is_over(self, campaign: Campaign, tally: _Tally) -> bool:
        if campaign.is_sendable:
            return not tally.unfinished
        last_claim = campaign.updated_at + self._policy.linger_seconds * 1000
        if campaign.status is CampaignStatus.CANCELLED and campaign.lanes and self._clock.now() < last_claim:
            tally.wake_at.append(last_claim)
            return False
        return tally.claimed == 0

    def _wait(self, tally: _Tally, idle: int) -> int:
        wait = min(_LONGEST_WAIT, self._policy.round_seconds * (1 << min(idle, 10)))
        if tally.outstanding and not tally.parked:
            wait = min(wait, 6 * self._policy.round_seconds)
        now = self._clock.now()
        nearest = min((max(0, at - now) for at in tally.wake_at), default=wait * 1000)
        return max(self._policy.round_seconds, min(wait, nearest // 1000 + 1))

    def _settle_all(self, campaign: Campaign, tally: _Tally) -> dict[tuple[int, str], ReleaseCursor]:
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        cursors = self._ledger.release_cursors(partitions, [lane.id for lane in campaign.lanes])
        for partition in partitions:
            for lane in campaign.lanes:
                place = (partition.shard, lane.id)
                cursors[place] = self._settle(campaign, partition, lane, cursors[place], tally)
        return cursors

    def _settle(
        self, campaign: Campaign, partition: Partition, lane: Lane, cursor: ReleaseCursor, tally: _Tally
    ) -> ReleaseCursor:
        last = _last_row(campaign, cursor)
        if cursor.settled >= last:
            return cursor
        settled, contiguous, stale = cursor.settled, True, []
        overdue = self._is_overdue(campaign, cursor)
        for summary in self._window(partition, lane, cursor.settled, last):
            pending, is_free = self._settle_one(campaign, summary, tally)
            contiguous = contiguous and pending == 0
            if contiguous:
                settled = summary.key.row
            elif pending and is_free and (overdue or summary.claim is not None):
                stale.append(QueuedBatch(summary.key, pending))
        tally.settled += settled != cursor.settled
        requeue = stale if campaign.is_sendable and self._is_open(campaign, lane) else []
        if settled == cursor.settled and not requeue:
            return cursor
        self._queue.put(requeue)
        queued_at = self._clock.now() if requeue else cursor.queued_at
        return self._save(partition, lane, cursor, replace(cursor, settled=settled, queued_at=queued_at))

    def _is_overdue(self, campaign: Campaign, cursor: ReleaseCursor) -> bool:
        """Whether queued batches that nobody claimed must be queued again. Senders drop the messages of a campaign that
        is paused: what was queued before this run began is not waited for."""
        waited = self._clock.now() - cursor.queued_at
        return cursor.queued_at < campaign.run_began_at or waited >= self._policy.requeue_seconds * 1000

    def _settle_one(self, campaign: Campaign, summary: BatchSummary, tally: _Tally) -> tuple[int, bool]:
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

    def _window(self, partition: Partition, lane: Lane, first: str, last: str) -> Iterator[BatchSummary]:
        for summary in self._after(partition, lane, first):
            if summary.key.row > last:
                return
            yield summary

    def _after(self, partition: Partition, lane: Lane, row: str) -> Iterator[BatchSummary]:
        while True:
            found = self._ledger.summaries_after(partition, row, _PAGE)
            yield from (summary for summary in found if summary.key.lane == lane.id)
            if len(found) < _PAGE:
                return
            row = found[-1].key.row

    def _release_all(self, campaign: Campaign, cursors: dict[tuple[int, str], ReleaseCursor], tally: _Tally) -> None:
        budget = self._budget(campaign, tally)
        steps: list[_Step] = []
        for (shard, lane_id), cursor in sorted(cursors.items()):
            lane = next(one for one in campaign.lanes if one.id == lane_id)
            if not cursor.exhausted and budget > 0 and self._may_release(campaign, lane, tally):
                step = self._choose(Partition(campaign.tenant_id, campaign.id, shard), lane, cursor, budget)
                budget -= step.size
                steps.append(step)
            else:
                tally.unfinished |= not cursor.exhausted or cursor.settled < cursor.released
        self._queue.put([batch for step in steps for batch in step.chosen])
        for step in steps:
            moved = self._save(step.partition, step.lane, step.before, step.after)
            tally.released += step.size
            tally.unfinished |= not moved.exhausted or moved.settled < moved.released

    def _may_release(self, campaign: Campaign, lane: Lane, tally: _Tally) -> bool:
        wave = _wave(campaign, lane)
        if wave.not_before is not None and self._clock.now() < wave.not_before:
            tally.wake_at.append(wave.not_before)
            return False
        # A closed window still moves the cursor, so that its batches are found and expire.
        return True

    def _choose(self, partition: Partition, lane: Lane, cursor: ReleaseCursor, budget: float) -> _Step:
        chosen: list[QueuedBatch] = []
        row, exhausted, size = cursor.released, True, 0
        for summary in self._after(partition, lane, cursor.released):
            if size >= budget:
                exhausted = False
                break
            row, size = summary.key.row, size + summary.pending
            if summary.pending:
                chosen.append(QueuedBatch(summary.key, summary.pending))
        moved = replace(cursor, released=row, exhausted=exhausted, queued_at=self._clock.now())
        return _Step(partition, lane, cursor, moved, chosen, size)

    def _save(self, partition: Partition, lane: Lane, before: ReleaseCursor, after: ReleaseCursor) -> ReleaseCursor:
        moved = replace(after, version=before.version + 1)
        if self._ledger.save_release_cursor(partition, lane.id, moved):
            return moved
        return before

    def _budget(self, campaign: Campaign, tally: _Tally) -> float:
        now = self._clock.now()
        rate = self._rate(campaign, now)
        sharing = self._rates.note_active(campaign.channel, campaign.key, now)
        # At least one second's worth for each, so that a small share still moves.
        per_round = max(rate.per_second, rate.per_second * self._policy.horizon_seconds / max(1, sharing))
        tally.parked = not rate.sending_enabled or rate.remaining_today < 1
        if tally.parked:
            return 0
        return min(per_round, rate.remaining_today) - tally.outstanding

    def _rate(self, campaign: Campaign, now: int) -> SendRate:
        known = self._rates.rate(campaign.channel)
        if known is not None and now - known.at < _QUOTA_AGE_MS:
            return known
        fresh = replace(self._quota.current(), at=now)
        self._rates.save_rate(campaign.channel, fresh)
        return fresh

    def _is_open(self, campaign: Campaign, lane: Lane) -> bool:
        return _wave(campaign, lane).is_open(self._clock.now())

    def _is_expired(self, campaign: Campaign, summary: BatchSummary) -> bool:
        lane = next((one for one in campaign.lanes if one.id == summary.key.lane), None)
        sending = campaign.status is CampaignStatus.SENDING
        return sending and lane is not None and _wave(campaign, lane).is_over(self._clock.now())

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
    return _END if campaign.status is CampaignStatus.CANCELLED else cursor.released


def _wave(campaign: Campaign, lane: Lane) -> Wave:
    return next(wave for wave in campaign.waves if wave.id == lane.wave)
