"""Taking a member out of the ledger of one campaign: the entry stays and counts, under an id that is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ariia.domain.audit.entries import subject_of
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.anonymous import anonymous, anonymous_id
from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.page_name import page_name
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.clock import Chance
from ariia.ports.ledger.ledger import ErasingLedger, Partition, PlanPage
from ariia.ports.members.members import MemberScan

_TRIES = 8


@dataclass(frozen=True)
class LedgerTraces:
    """How much the ledger of a campaign holds about a member."""

    recipients: int = 0
    receipts: int = 0


class LedgerEraser:
    """Works on one campaign, as often as it is asked to. A batch that a sender holds is never touched: its outcome is
    about the ids that it was claimed with."""

    def __init__(self, ledger: ErasingLedger, members: MemberScan, chance: Chance) -> None:
        self._ledger, self._members, self._chance = ledger, members, chance

    def find(self, campaign: Campaign, member_id: str) -> LedgerTraces:
        """What is there now."""
        if not campaign.shards:
            return LedgerTraces()
        partition = _partition(campaign, member_id)
        entries = (entry for batch in self._ledger.page_of(partition, member_id) for entry in batch.entries)
        receipts = self._ledger.receipts_between(partition, member_id, member_id)
        return LedgerTraces(sum(entry.member_id == member_id for entry in entries), len(receipts))

    def erase(self, campaign: Campaign, member_id: str, address_hashes: Sequence[str]) -> bool:
        """Takes the member out; False, with the rest left for later, while a sender holds the batch. The entry comes
        before the receipts: they are evidence as long as its outcome is unknown."""
        if not campaign.shards:
            return True
        partition = _partition(campaign, member_id)
        for batch in self._ledger.page_of(partition, member_id):
            if not self._make_anonymous(batch.key, member_id):
                return False
        self._ledger.delete_receipts(partition, member_id)
        self._pass_addresses_on(partition, member_id, address_hashes)
        self._move_cursor(campaign, partition, member_id)
        return True

    def _make_anonymous(self, key: BatchKey, member_id: str) -> bool:
        for _ in range(_TRIES):
            batch = self._ledger.batch(key)
            if batch is None or all(entry.member_id != member_id for entry in batch.entries):
                return True
            if batch.claim is not None:
                return False
            replacement = anonymous_id(key.page, self._chance.token())
            entries = [anonymous(one, replacement) if one.member_id == member_id else one for one in batch.entries]
            if self._ledger.rewrite(replace(batch, entries=entries), batch.entries):
                return True
        return False

    def _pass_addresses_on(self, partition: Partition, member_id: str, address_hashes: Sequence[str]) -> None:
        """The address stays given away: who shares it must not get the message twice."""
        subject = subject_of(partition.tenant_id, member_id)
        for one, owner in self._ledger.address_owners(partition, address_hashes).items():
            if owner == subject:
                self._ledger.pass_address_on(partition, one, subject, self._chance.token())

    def _move_cursor(self, campaign: Campaign, partition: Partition, member_id: str) -> None:
        """A plan that was interrupted right behind the member goes on from a place that names nobody. Where ids follow
        each other so closely that there is none, planning itself will move on."""
        for _ in range(_TRIES):
            cursor = self._ledger.plan_cursor(partition)
            if cursor.after != member_id:
                return
            following = self._members.scan(partition.tenant_id, partition.shard, member_id, 1)
            after = page_name(member_id, following[0].id) if following else None
            if following and after == following[0].id:
                return
            done = cursor.done or not following or campaign.status is CampaignStatus.CANCELLED
            moved = replace(cursor, after=None if done else after, done=done, version=cursor.version + 1)
            if self._ledger.commit_page(PlanPage(partition, moved)):
                return


def _partition(campaign: Campaign, member_id: str) -> Partition:
    return Partition(campaign.tenant_id, campaign.id, shard_of(member_id, campaign.shards))
