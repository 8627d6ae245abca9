"""How a run ends: by whether anything of its campaign went out, which also decides about the plan's unit."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignStore
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.runs import CampaignRuns


class RunEnding:
    """Every step may be repeated: what a killed round left undone, the next one does."""

    def __init__(self, campaigns: CampaignStore, runs: CampaignRuns, broadcasts: BroadcastQuota) -> None:
        self._campaigns, self._runs, self._broadcasts = campaigns, runs, broadcasts

    def end(self, campaign: Campaign, *, went_out: bool) -> bool:
        """Ends the run: what is sent or failed is over, of what was paused or cancelled it is noted whether anything
        went out. False when the run must go on after all."""
        if campaign.is_sendable:
            ended = self._runs.finish(campaign, went_out=went_out)
        else:
            ended = self._runs.change(campaign, lambda fresh: _note(fresh, went_out or bool(fresh.went_out)))
        if ended is not None:
            self._broadcasts.give_back(ended)
        return ended is not None or not campaign.is_sendable

    def note(self, campaign: Campaign, *, went_out: bool, unknown: int) -> None:
        """Notes, once, that the provider took something of it: senders judge refusals by that. And of how many members
        the outcome is `unknown` now."""
        is_first = went_out and campaign.is_sendable and not campaign.went_out
        if is_first or unknown != campaign.unknown_outcomes:
            self._runs.change(campaign, lambda fresh: _note(fresh, is_first or fresh.went_out, unknown))

    def repeat(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        """For a run that is not in charge (any more): gives back what the round that failed the campaign may have been
        killed before."""
        stored = self._campaigns.get(tenant_id, campaign_id)
        if stored is not None and stored.epoch == epoch and stored.status is CampaignStatus.FAILED:
            self._broadcasts.give_back(stored)


def _note(fresh: Campaign, went_out: bool | None, unknown: int = 0) -> None:
    fresh.went_out, fresh.unknown_outcomes = went_out, unknown
