"""What must be known beside the members to tell who is meant: the ledgers of other campaigns and the lists of segments,
read for one page of members at a time. All three lie in the same order, so each is read once along with the members."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.filters.predicate import NO_FACTS, PageFacts
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.recipient_facts import CampaignFacts
from ariia.domain.members.member import Member
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, RecipientLedger
from ariia.ports.members.engagement import NotedEngagement
from ariia.ports.segments import PlannedCampaigns, SegmentListReader


class PageFactsReader:
    """Reads only what an audience asks about; nothing for one that needs no more than the members."""

    def __init__(
        self,
        campaigns: PlannedCampaigns,
        ledger: RecipientLedger,
        lists: SegmentListReader,
        engagement: NotedEngagement,
        clock: Clock,
        shards: int,
    ) -> None:
        self._campaigns, self._ledger, self._lists, self._shards = campaigns, ledger, lists, shards
        self._engagement, self._clock = engagement, clock

    def prepare(self, tenant_id: str, audience: AudienceFilter, shard: int, ends_at: int) -> bool:
        """Before the first page of a shard is read: lets the members have what was noted of them, where `audience` asks
        for it. False when `ends_at` (epoch ms) came first: call it again. TransientError."""
        if not audience.asks_engagement:
            return True
        while not self._engagement.settle(tenant_id, shard):
            if self._clock.now() >= ends_at:
                return False
        return True

    def of(self, tenant_id: str, audience: AudienceFilter, members: Sequence[Member]) -> PageFacts:
        """The facts about these members that `audience` needs."""
        if not members or not (audience.campaign_ids or audience.list_ids):
            return NO_FACTS
        ids = sorted(member.id for member in members)
        campaigns = {one: self._campaign(tenant_id, one, ids) for one in audience.campaign_ids}
        return PageFacts(campaigns, {one: self._list(tenant_id, one, ids) for one in audience.list_ids})

    def _list(self, tenant_id: str, segment_id: str, ids: list[str]) -> set[str]:
        listed: set[str] = set()
        for shard, mine in _by_shard(ids, self._shards).items():
            listed |= self._lists.between(tenant_id, segment_id, shard, mine[0], mine[-1])
        return listed

    def _campaign(self, tenant_id: str, campaign_id: str, ids: list[str]) -> CampaignFacts:
        """Empty for a campaign that nobody has been planned for, which is a fact about it too."""
        facts, campaign = CampaignFacts(), self._campaigns.get(tenant_id, campaign_id)
        if campaign is None or not campaign.shards:
            return facts
        for shard, mine in _by_shard(ids, campaign.shards).items():
            self._note(facts, Partition(tenant_id, campaign_id, shard), mine, is_over=campaign.is_cancelled)
        return facts

    def _note(self, facts: CampaignFacts, partition: Partition, ids: list[str], *, is_over: bool) -> None:
        wanted, receipts = set(ids), self._ledger.receipts_between(partition, ids[0], ids[-1])
        for batch in self._ledger.batches_between(partition, ids[0], ids[-1]):
            for entry in batch.entries:
                if entry.member_id in wanted:
                    facts.note(entry, receipts.get((entry.member_id, batch.key.lane)), is_over=is_over)


def _by_shard(ids: list[str], shards: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in ids:
        found.setdefault(shard_of(one, shards), []).append(one)
    return found
