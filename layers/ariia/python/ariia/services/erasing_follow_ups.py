"""Follow-ups of a member who is erased: stopped at once, and gone, with their messages, when nothing runs any more."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.anonymous import anonymous
from ariia.domain.batch import BatchKey
from ariia.domain.consent import ExclusionReason
from ariia.domain.erasure import Erasure
from ariia.domain.follow_up import ScheduledFollowUp
from ariia.domain.identifiers import shard_of
from ariia.domain.single_message import LANE
from ariia.ports.campaigns import CampaignStore
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.ledger import ErasingLedger, Partition

from .erasure_steps import Found
from .follow_up_ending import FollowUpEnding

_TRIES = 8
_IN_FLIGHT = "a follow-up that a sender holds"


class StopFollowUpsStep:
    """Cancels what waits. What a sender holds goes its way: the row that it looks for is gone."""

    name = "stop_follow_ups"

    def __init__(self, store: FollowUpStore, ending: FollowUpEnding) -> None:
        self._store, self._ending = store, ending

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. They are counted when they go."""
        return Found(self._store.open_of_member(erasure.tenant_id, erasure.who))

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for follow_up in found.items:
            self._ending.cancel(follow_up, by=erasure.requested_by, reason=str(ExclusionReason.ERASED))
        return None


class FollowUpsStep:
    """Takes every follow-up away, one by one: receipts, batch, container, and the record that leads to them last. Their
    figures are in the counters and stay there."""

    name = "follow_ups"

    def __init__(
        self,
        store: FollowUpStore,
        ending: FollowUpEnding,
        campaigns: CampaignStore,
        ledger: ErasingLedger,
        shards: int,
    ) -> None:
        """`shards` is the deployment's number of member shards."""
        self._store, self._ending, self._campaigns = store, ending, campaigns
        self._ledger, self._shards = ledger, shards

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        found, end = self._store.of_member(erasure.tenant_id, erasure.who, 1, erasure.after)
        if erasure.counted is not None and end != erasure.counted:
            return Found(end=erasure.counted, is_last=False)
        if not found:
            return Found(end=end or "", is_last=end is None)
        receipts = self._ledger.receipts_between(self._partition(found[0]), erasure.who, erasure.who)
        counts = {"follow_ups": 1} | ({"receipts": len(receipts)} if receipts else {})
        return Found(found, counts, end or "", is_last=False)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for follow_up in found.items:
            ended = follow_up
            if not ended.is_over:
                # Made by a request that was on its way when the member went.
                ended = self._ending.cancel(follow_up, by=erasure.requested_by, reason=str(ExclusionReason.ERASED))
            if not ended.is_over or not self._remove_batch(ended):
                return _IN_FLIGHT
            self._ledger.delete_receipts(self._partition(ended), ended.member_id)
            self._campaigns.remove_container(ended.tenant_id, ended.container_id)
            self._store.remove(ended)
        return None

    def _remove_batch(self, follow_up: ScheduledFollowUp) -> bool:
        """False while a sender holds it."""
        partition = self._partition(follow_up)
        member_id = follow_up.member_id
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

    def _partition(self, follow_up: ScheduledFollowUp) -> Partition:
        shard = shard_of(follow_up.member_id, self._shards)
        return Partition(follow_up.tenant_id, follow_up.container_id, shard)
