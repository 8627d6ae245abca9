"""Queueing: the next batches of every lane whose time has come, as many as the budget of the round allows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ariia.domain.batch import ReleaseCursor
from ariia.domain.campaign import Campaign
from ariia.domain.queued_batch import QueuedBatch
from ariia.domain.wave import Lane
from ariia.ports.clock import Clock
from ariia.ports.ledger import Partition, ReleaseLedger
from ariia.ports.sending import SendQueue

from .release_round import Cursors, Tally, move_cursor
from .released_batches import lane_after


@dataclass(frozen=True)
class _Step:
    """What one lane of one shard releases in this round; `size` is in members."""

    partition: Partition
    lane: Lane
    before: ReleaseCursor
    after: ReleaseCursor
    chosen: list[QueuedBatch]
    size: int


class LaneReleaser:
    """Announce, queue, move the cursor. Queueing comes before the cursor moves: a crash queues twice, never not at all;
    the claim makes the second message harmless. The announcement comes before queueing: whoever asks what is claimed
    need not read the whole campaign."""

    def __init__(self, ledger: ReleaseLedger, queue: SendQueue, clock: Clock) -> None:
        self._ledger, self._queue, self._clock = ledger, queue, clock

    def release(self, campaign: Campaign, cursors: Cursors, budget: float, tally: Tally) -> None:
        """Queues batches of about `budget` members in all and moves the released rows on."""
        steps: list[_Step] = []
        for (shard, lane_id), cursor in sorted(cursors.items()):
            lane = next(one for one in campaign.lanes if one.id == lane_id)
            if not cursor.exhausted and budget > 0 and self._may_release(campaign, lane, tally):
                step = self._choose(Partition(campaign.tenant_id, campaign.id, shard), lane, cursor, budget)
                budget -= step.size
                steps.append(step)
            else:
                tally.unfinished |= not cursor.exhausted or cursor.settled < cursor.released
                tally.unreleased |= not cursor.exhausted
        announced = [one for one in map(self._announced, steps) if one is not None]
        tally.unfinished |= len(announced) < len(steps)
        self._queue.put([batch for step in announced for batch in step.chosen])
        for step in announced:
            moved = move_cursor(self._ledger, step.partition, step.lane.id, step.before, step.after)
            tally.released += step.size
            tally.unfinished |= not moved.exhausted or moved.settled < moved.released
            tally.unreleased |= not moved.exhausted

    def _announced(self, step: _Step) -> _Step | None:
        """The step as it goes on from its announcement; None when another round was faster: it queues them."""
        if step.after.released <= step.before.announced or not step.chosen:
            return step
        wanted = replace(step.before, announced=step.after.released)
        before = move_cursor(self._ledger, step.partition, step.lane.id, step.before, wanted)
        if before is step.before:
            return None
        return replace(step, before=before, after=replace(step.after, announced=before.announced))

    def _may_release(self, campaign: Campaign, lane: Lane, tally: Tally) -> bool:
        wave = campaign.wave_of(lane)
        if wave.not_before is not None and self._clock.now() < wave.not_before:
            tally.wake_at.append(wave.not_before)
            return False
        # A closed window still moves the cursor, so that its batches are found and expire.
        return True

    def _choose(self, partition: Partition, lane: Lane, cursor: ReleaseCursor, budget: float) -> _Step:
        chosen: list[QueuedBatch] = []
        row, exhausted, size = cursor.released, True, 0
        for summary in lane_after(self._ledger, partition, lane, cursor.released):
            if size >= budget:
                exhausted = False
                break
            row, size = summary.key.row, size + summary.pending
            if summary.pending:
                chosen.append(QueuedBatch(summary.key, summary.pending))
        moved = replace(cursor, released=row, exhausted=exhausted, queued_at=self._clock.now())
        return _Step(partition, lane, cursor, moved, chosen, size)
