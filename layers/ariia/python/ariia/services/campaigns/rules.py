"""The tenant's rules on what is being sent: put there when it begins, renewed in every round."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.tenants.sending_rules import rules_of
from ariia.ports.clock import Clock
from ariia.ports.tenants import TenantStore
from ariia.services.campaigns.runs import CampaignRuns


class CampaignRules:
    """Keeps the copies on campaigns up to date."""

    def __init__(self, tenants: TenantStore, runs: CampaignRuns, clock: Clock) -> None:
        self._tenants, self._runs, self._clock = tenants, runs, clock

    def current(self, tenant_id: str) -> SendingRules:
        """The tenant's rules; none for a tenant that is not set up."""
        tenant = self._tenants.get(tenant_id)
        return rules_of(tenant) if tenant is not None else SendingRules()

    def renewed(self, campaign: Campaign) -> Campaign | None:
        """The campaign with the rules as they are now; None when its run is not in charge any more."""
        rules = self.current(campaign.tenant_id)
        if rules == campaign.rules:
            return campaign

        def apply(fresh: Campaign) -> None:
            fresh.rules, fresh.rules_changed_at = rules, self._clock.now()

        return self._runs.change(campaign, apply)
