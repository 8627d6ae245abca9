"""Reading the figures."""

from __future__ import annotations

from ariia.domain.ledger.containers import follow_ups_key
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.statistics.counts import LANES
from ariia.domain.statistics.totals import Totals, totals
from ariia.ports.statistics import StatisticsStore


class CampaignStatistics:
    """The figures of a campaign, from its counters."""

    def __init__(self, store: StatisticsStore) -> None:
        self._store = store

    def totals(self, campaign: Dispatch) -> Totals:
        """The figures as counted so far: at most a minute behind the ledger, and always adding up."""
        cancelled = campaign.status is CampaignStatus.CANCELLED
        return totals(self._store.read(campaign.key, LANES), targeted=campaign.targeted, cancelled=cancelled)

    def follow_ups(self, tenant_id: str) -> Totals:
        """The figures of all follow-ups of a tenant that set out so far."""
        return totals(self._store.read(follow_ups_key(tenant_id), LANES), targeted=None, cancelled=False)
