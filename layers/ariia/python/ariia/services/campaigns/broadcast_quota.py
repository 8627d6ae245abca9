"""The plan's broadcasts: one unit for a campaign, in the month of its planned send, however often it is resumed or
retried."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.tenants.plan import Feature
from ariia.services.tenants.quotas import FeatureUse, Quotas

_COUNTED = (CampaignType.BROADCAST, CampaignType.SCHEDULED, CampaignType.FOLLOW_UP)
_HOLDING = (CampaignStatus.SCHEDULED, CampaignStatus.SENDING)


class BroadcastQuota:
    """Reserves, settles and gives back for a campaign; a drip campaign is no broadcast."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    def reserve(self, campaign: Campaign, at: int) -> None:
        """Takes the campaign's unit in the month of `at` (epoch ms, the planned send), once. LimitError when the plan
        has no more."""
        if campaign.type in _COUNTED:
            self._quotas.reserve(campaign.tenant_id, Feature.BROADCASTS, campaign.id, at)

    def settle(self, campaign: Campaign) -> None:
        """Its run has begun: the unit is used, and stays used."""
        if campaign.type in _COUNTED:
            self._quotas.settle(campaign.tenant_id, Feature.BROADCASTS, campaign.id, campaign.run_began_at)

    def give_back(self, campaign: Campaign) -> None:
        """Frees the unit of a campaign that is not going to be sent as it was planned, or of which nothing went out.
        While its run may still send, when something did, or when it is planned again by now, nothing is given back."""
        if campaign.type not in _COUNTED or campaign.status in _HOLDING:
            return
        if not campaign.epoch or _came_to_nothing(campaign):
            at, used = campaign.updated_at, campaign.epoch > 0
            self._quotas.give_back(campaign.tenant_id, Feature.BROADCASTS, campaign.id, at, used=used)

    def give_back_of(self, tenant_id: str, campaign_id: str, at: int) -> None:
        """Frees the unit of a campaign that was never made; `at` (epoch ms) matters only where there is none."""
        self._quotas.give_back(tenant_id, Feature.BROADCASTS, campaign_id, at)

    def check(self, campaign: Campaign, at: int) -> FeatureUse | None:
        """Where the tenant would stand with this campaign sent at `at`; None for what is not counted."""
        if campaign.type not in _COUNTED:
            return None
        return self._quotas.check(campaign.tenant_id, Feature.BROADCASTS, campaign.id, at)


def _came_to_nothing(campaign: Campaign) -> bool:
    """True when its run began and nobody was sent anything: nobody can be before the audience stands."""
    return campaign.went_out is False or (campaign.went_out is None and campaign.planned_at is None)
