"""Pauses a campaign that harms its sender's reputation. It looks in every round, before anything more is released: a
round is due whenever messages may leave, and without one at most two minutes' worth of them is queued."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.reputation import MIN_SENT, ReputationFacts, ReputationLimits, ReputationState, breach
from ariia.ports.statistics import StatisticsStore
from ariia.ports.tenants import TenantStore
from ariia.services.campaigns.runs import CampaignRuns

_LANES = "lane:"


class ReputationGuard:
    """Judges by the counters, which are a minute behind the ledger at most."""

    def __init__(self, statistics: StatisticsStore, tenants: TenantStore, runs: CampaignRuns) -> None:
        self._statistics, self._tenants, self._runs = statistics, tenants, runs

    def look(self, campaign: Campaign) -> str | None:
        """Why the campaign was paused just now; None when it may go on. Once per cause: after a pause it counts only
        what came after the campaign was resumed."""
        if (campaign.targeted or 0) < MIN_SENT:
            return None
        facts = ReputationFacts.of(self._statistics.read(campaign.key, _LANES))
        state = campaign.reputation or ReputationState()
        if state.awaits_resume:
            self._runs.change(campaign, _starting_at(facts))
            return None
        recent = facts.since(state.base)
        words = breach(recent, self._limits(campaign.tenant_id)) if recent.may_be_judged else None
        if words is None:
            return None
        state = ReputationState(facts, awaits_resume=True)
        return words if self._runs.pause(campaign, words, cause=PauseCause.REPUTATION, reputation=state) else None

    def _limits(self, tenant_id: str) -> ReputationLimits:
        tenant = self._tenants.get(tenant_id)
        return tenant.reputation_limits if tenant else ReputationLimits()


def _starting_at(facts: ReputationFacts) -> Callable[[Campaign], None]:
    def apply(fresh: Campaign) -> None:
        fresh.reputation = ReputationState(facts)

    return apply
