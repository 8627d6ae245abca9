"""Pauses a campaign that harms its sender's reputation."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.reputation import MIN_SENT, ReputationFacts, ReputationLimits, ReputationState, breach
from ariia.ports.statistics import StatisticsStore
from ariia.ports.tenants import TenantStore
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.release.gates import Paused, ReleaseGate
from ariia.services.release.round_state import Cursors, RoundReport, claimable

_LANES = "lane:"


class ReputationGate(ReleaseGate):
    """Judges by the counters, which are a minute behind the ledger at most."""

    def __init__(self, statistics: StatisticsStore, tenants: TenantStore, runs: CampaignRuns) -> None:
        self._statistics, self._tenants, self._runs = statistics, tenants, runs

    def look(self, dispatch: Dispatch, cursors: Cursors, tally: RoundReport) -> Paused | None:
        """Once per cause: after a pause it counts only what came after the campaign was resumed."""
        # Before anything was queued nothing can have bounced.
        if not any(map(claimable, cursors.values())) or (dispatch.targeted or 0) < MIN_SENT:
            return None
        facts = ReputationFacts.of(self._statistics.read(dispatch.key, _LANES))
        state = dispatch.reputation or ReputationState()
        if state.awaits_resume:
            self._runs.change(dispatch, _starting_at(facts))
            return None
        recent = facts.since(state.base)
        words = breach(recent, self._limits(dispatch.tenant_id)) if recent.may_be_judged else None
        if words is None:
            return None
        state = ReputationState(facts, awaits_resume=True)
        paused = self._runs.pause(dispatch, words, cause=PauseCause.REPUTATION, reputation=state)
        return Paused(words, PauseCause.REPUTATION) if paused else None

    def _limits(self, tenant_id: str) -> ReputationLimits:
        tenant = self._tenants.get(tenant_id)
        return tenant.reputation_limits if tenant else ReputationLimits()


def _starting_at(facts: ReputationFacts) -> Callable[[Dispatch], None]:
    def apply(fresh: Dispatch) -> None:
        fresh.reputation = ReputationState(facts)

    return apply
