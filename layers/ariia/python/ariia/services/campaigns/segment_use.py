"""What campaigns need of segments."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignStore
from ariia.ports.segments import SegmentUse, SegmentUses

_S = CampaignStatus
# In these a campaign still needs its segments while its audience does not stand; a failed one may be sent again.
_NEEDS = frozenset({_S.PENDING_REVIEW, _S.APPROVED, _S.SCHEDULED, _S.SENDING, _S.FAILED})


class CampaignSegments(SegmentUses):
    """Campaigns that are submitted with segments."""

    def __init__(self, campaigns: CampaignStore) -> None:
        self._campaigns = campaigns

    def of(self, tenant_id: str, use_id: str, segment_id: str) -> SegmentUse | None:
        campaign = self._campaigns.get(tenant_id, use_id)
        if campaign is None:
            return None
        return SegmentUse(f"the campaign {campaign.id}", campaign.version, need_of(campaign, segment_id))


def need_of(campaign: Campaign, segment_id: str) -> str | None:
    """Why the segment must stay as it is for this campaign; None when it need not."""
    is_needed = segment_id in campaign.review.segment_ids and campaign.status in _NEEDS and campaign.planned_at is None
    return f"the campaign {campaign.id}, which is {campaign.status}" if is_needed else None
