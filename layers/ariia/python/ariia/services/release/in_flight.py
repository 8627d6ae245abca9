"""What is on its way to the provider at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.ledger.dispatch import Dispatch
from ariia.ports.ledger.ledger import BatchSummary, Partition, ReleaseLedger
from ariia.services.release.released_batches import batches_after, up_to
from ariia.services.release.round_state import claimable


@dataclass(frozen=True)
class InFlight:
    """Batches that a sender holds a claim on, and the members in them: their outcome is still to come."""

    batches: int = 0
    messages: int = 0


class InFlightCount:
    """Counts the claims of a campaign. Only what lies between the settled row and the last that was
    announced can be claimed: release announces what it queues before it does."""

    def __init__(self, ledger: ReleaseLedger) -> None:
        self._ledger = ledger

    def of(self, campaign: Dispatch) -> InFlight:
        """The claims right now, strongly consistent; about two queries per shard."""
        if not campaign.lanes:
            return InFlight()
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        cursors = self._ledger.release_cursors(partitions, [lane.id for lane in campaign.lanes])
        claimed: list[BatchSummary] = []
        for partition in partitions:
            mine = [cursor for (shard, _), cursor in cursors.items() if shard == partition.shard]
            opened = [cursor for cursor in mine if cursor.settled < claimable(cursor)]
            if opened:
                first, last = min(one.settled for one in opened), max(claimable(one) for one in opened)
                claimed += [
                    one for one in up_to(last, batches_after(self._ledger, partition, first)) if one.claim is not None
                ]
        return InFlight(len(claimed), sum(min(one.pending, one.claim.size) for one in claimed if one.claim))
