"""Whether a campaign may be edited as it stands, and what an edit makes of its audience."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.status import EDITABLE
from ariia.domain.ledger.status import CampaignStatus


def may_edit(campaign: Campaign) -> bool:
    """True when an edit is possible: before it is sent, and again when it came to rest and nothing of it went out."""
    has_failed = campaign.status is CampaignStatus.FAILED
    return campaign.status in EDITABLE or (campaign.went_out is False and (campaign.is_paused or has_failed))


def audience_stands(campaign: Campaign) -> bool:
    """True when somebody may be in its ledger already: then its recipients are who they are, whatever is edited."""
    return campaign.batch_size > 0 and campaign.targeted != 0


def forget_audience(campaign: Campaign) -> None:
    """Lets an audience that has nobody be evaluated anew."""
    campaign.planned_at = campaign.targeted = None
    campaign.batch_size, campaign.waves, campaign.lanes = 0, [], []
