"""Queueing: the next batches of every lane whose time has come, as many as the budget of the round allows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ariia.domain.ledger.batch import ReleaseCursor
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.rules.wave import Lane
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import BatchSummary, Partition, ReleaseLedger
from ariia.ports.ledger.sending import SendQueue
from ariia.services.release.released_batches import batches_after
from ariia.services.release.round_state import Cursors, RoundReport, move_cursors


@dataclass
class _Step:
    """What one lane of one shard releases in this round, up to `row`; `size` is in members."""

    partition: Partition
    lane: Lane
    before: ReleaseCursor
    row: str
    exhausted: bool = False
    chosen: list[QueuedBatch] = field(default_factory=list)
    size: int = 0

    @property
    def has_moved(self) -> bool:
        """False when other lanes have used up the budget."""
        return self.exhausted or self.row != self.before.released

    @property
    def place(self) -> tuple[Partition, str]:
        """Where the cursor rests."""
        return self.partition, self.lane.id

    def add(self, summary: BatchSummary) -> int:
        """Takes the next batch of the lane; how many members of it wait."""
        self.row, self.size = summary.key.row, self.size + summary.pending
        if summary.pending:
            self.chosen.append(QueuedBatch(summary.key, summary.pending))
        return summary.pending

    def after(self, now: int) -> ReleaseCursor:
        """The cursor when all of it is queued, at `now` (epoch ms)."""
        return replace(self.before, released=self.row, exhausted=self.exhausted, queued_at=now)


class LaneReleaser:
    """Announce, queue, move the cursor. Queueing comes before the cursor moves: a crash queues twice, never not at all;
    the claim makes the second message harmless. The announcement comes before queueing: whoever asks what is claimed
    need not read the whole campaign."""

    def __init__(self, ledger: ReleaseLedger, queue: SendQueue, clock: Clock) -> None:
        self._ledger, self._queue, self._clock = ledger, queue, clock

    def release(self, campaign: Dispatch, cursors: Cursors, budget: float, tally: RoundReport) -> None:
        """Queues batches of about `budget` members in all and moves the released rows on."""
        steps: list[_Step] = []
        for shard in range(campaign.shards):
            opened = [
                self._step(campaign, lane, shard, cursors[shard, lane.id])
                for lane in campaign.lanes
                if self._releases(campaign, lane, cursors[shard, lane.id], budget, tally)
            ]
            budget -= self._choose(opened, budget)
            steps += opened
        announced = self._announced(steps)
        tally.unfinished |= len(announced) < len(steps)
        self._queue.put([batch for step in announced for batch in step.chosen])
        self._move(announced, tally)

    def _move(self, steps: list[_Step], tally: RoundReport) -> None:
        now = self._clock.now()
        moved = move_cursors(self._ledger, {one.place: one.after(now) for one in steps if one.has_moved})
        for step in steps:
            cursor = moved.get(step.place, step.before)
            tally.released += step.size
            tally.unfinished |= not cursor.is_done
            tally.unreleased |= not cursor.exhausted

    def _step(self, campaign: Dispatch, lane: Lane, shard: int, cursor: ReleaseCursor) -> _Step:
        return _Step(Partition(campaign.tenant_id, campaign.id, shard), lane, cursor, cursor.released)

    def _releases(
        self, campaign: Dispatch, lane: Lane, cursor: ReleaseCursor, budget: float, tally: RoundReport
    ) -> bool:
        """Whether the lane has something to queue in this round; notes what is left of it if not."""
        if not cursor.exhausted and budget > 0 and self._may_release(campaign, lane, tally):
            return True
        tally.unfinished |= not cursor.is_done
        tally.unreleased |= not cursor.exhausted
        return False

    def _choose(self, steps: list[_Step], budget: float) -> int:
        """Takes the next batches of all lanes of one shard, in one pass; how many members they hold."""
        if not steps:
            return 0
        by_lane, size = {one.lane.id: one for one in steps}, 0
        first = min(one.before.released for one in steps)
        for summary in batches_after(self._ledger, steps[0].partition, first):
            if size >= budget:
                return size
            step = by_lane.get(summary.key.lane)
            if step is not None and summary.key.row > step.before.released:
                size += step.add(summary)
        for step in steps:
            step.exhausted = True
        return size

    def _announced(self, steps: list[_Step]) -> list[_Step]:
        """Says how far the lanes will be queued; without the steps with which another round was faster: it queues
        them."""
        further = [one for one in steps if one.chosen and one.row > one.before.announced]
        wanted = {one.place: replace(one.before, announced=one.row) for one in further}
        moved = move_cursors(self._ledger, wanted)
        for step in steps:
            step.before = moved.get(step.place, step.before)
        return [one for one in steps if one.place in moved or one.place not in wanted]

    def _may_release(self, campaign: Dispatch, lane: Lane, tally: RoundReport) -> bool:
        now = self._clock.now()
        opens_at = campaign.lane_opening(lane.id, now)
        if opens_at is not None and opens_at > now:
            tally.wait(opens_at, ruled=campaign.is_lane_open(lane.id, now))
            return False
        # A closed window still moves the cursor, so that its batches are found and expire.
        return True
