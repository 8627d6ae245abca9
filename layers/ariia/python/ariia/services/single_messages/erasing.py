"""Single messages of a member who is erased: they are about nobody else, so they go as a whole."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.anonymous import anonymous
from ariia.domain.ledger.batch import BatchKey
from ariia.domain.single_messages import LANE
from ariia.ports.campaigns import CampaignStore
from ariia.ports.ledger.ledger import ErasingLedger, Partition

_TRIES = 8


class SingleEraser:
    """Takes one message away: batch, receipts, container. Figures are in the counters and stay there."""

    def __init__(self, campaigns: CampaignStore, ledger: ErasingLedger, shards: int) -> None:
        """`shards` is the deployment's number of member shards."""
        self._campaigns, self._ledger, self._shards = campaigns, ledger, shards

    def receipts(self, tenant_id: str, container_id: str, member_id: str) -> int:
        """How many it has."""
        partition = self._partition(tenant_id, container_id, member_id)
        return len(self._ledger.receipts_between(partition, member_id, member_id))

    def erase(self, tenant_id: str, container_id: str, member_id: str) -> bool:
        """False, with all of it left for later, while a sender holds it."""
        partition = self._partition(tenant_id, container_id, member_id)
        if not self._remove_batch(partition, member_id):
            return False
        self._ledger.delete_receipts(partition, member_id)
        self._campaigns.remove_container(tenant_id, container_id)
        return True

    def _remove_batch(self, partition: Partition, member_id: str) -> bool:
        key = BatchKey(partition.tenant_id, partition.campaign_id, partition.shard, member_id, LANE, 0)
        for _ in range(_TRIES):
            batch = self._ledger.batch(key)
            if batch is None:
                return True
            if batch.claim is not None:
                return False
            if batch.pending:
                settled = replace(batch, entries=[anonymous(entry, member_id) for entry in batch.entries])
                self._ledger.rewrite(settled, batch.entries)
            elif self._ledger.remove_batch(batch):
                return True
        return False

    def _partition(self, tenant_id: str, container_id: str, member_id: str) -> Partition:
        return Partition(tenant_id, container_id, shard_of(member_id, self._shards))
