"""Campaigns as they are read."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.content import Content
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import DispatchKind
from ariia.ports.campaigns import CampaignStore

# How many campaigns one request with a filter looks at before it answers with what it has.
MAX_LOOKED_AT = 1_000


@dataclass
class CampaignDetails:
    """A campaign with its draft content and target."""

    campaign: Campaign
    content: Content
    target: Target


@dataclass(frozen=True)
class CampaignPage:
    """Campaigns, newest first; `after` is the id that the next page starts behind, None at the end."""

    campaigns: list[Campaign]
    after: str | None


class Campaigns:
    """Reading campaigns of a tenant."""

    def __init__(self, store: CampaignStore) -> None:
        self._store = store

    def get(self, tenant_id: str, campaign_id: str) -> Campaign:
        """The control record; NotFoundError."""
        campaign = self._store.get(tenant_id, campaign_id)
        if campaign is None or campaign.kind is not DispatchKind.CAMPAIGN:
            raise NotFoundError("there is no campaign with this id")
        return campaign

    def details(self, tenant_id: str, campaign_id: str) -> CampaignDetails:
        """The campaign as it stands now; NotFoundError."""
        return self.with_parts(self.get(tenant_id, campaign_id))

    def with_parts(self, campaign: Campaign) -> CampaignDetails:
        """`campaign` with its draft content and target."""
        content = self._store.content(campaign.tenant_id, campaign.id)
        return CampaignDetails(campaign, content, self._store.target(campaign.tenant_id, campaign.id))

    def submitted(self, tenant_id: str, campaign_id: str) -> CampaignDetails:
        """The campaign with what was submitted for review, whole and frozen; NotFoundError when nothing is."""
        campaign = self.get(tenant_id, campaign_id)
        if campaign.submitted_hash is None:
            raise NotFoundError("nothing of this campaign is submitted for review")
        content = self._store.content(tenant_id, campaign_id, campaign.submitted_hash)
        return CampaignDetails(campaign, content, self._store.target(tenant_id, campaign_id, campaign.submitted_hash))

    def page(
        self,
        tenant_id: str,
        limit: int,
        after: str | None,
        status: str | None = None,
        series_id: str | None = None,
    ) -> CampaignPage:
        """Up to `limit` campaigns behind the id `after`, newest first. With `status` (as it is shown) or `series_id`,
        only those; such a page may hold fewer although more follow."""
        found: list[Campaign] = []
        for _ in range(max(1, MAX_LOOKED_AT // limit)):
            campaigns = self._store.page(tenant_id, limit, after)
            for campaign in campaigns:
                after = campaign.id
                if status in (None, campaign.shown_status) and series_id in (None, campaign.series_id):
                    found.append(campaign)
                if len(found) == limit:
                    return CampaignPage(found, after)
            if len(campaigns) < limit:
                return CampaignPage(found, None)
        return CampaignPage(found, after)

    def history(self, tenant_id: str, campaign_id: str) -> list[Move]:
        """Every move with who, when and why, oldest first; NotFoundError."""
        self.get(tenant_id, campaign_id)
        return self._store.history(tenant_id, campaign_id)
