"""What may be done with campaigns as they stand now, and what they wait for."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.next_steps.actions import OpenAction, open_actions
from ariia.domain.next_steps.waits import Wait, waits_of_campaign
from ariia.domain.statistics.totals import Totals
from ariia.ports.clock import Clock
from ariia.services.campaigns.targets import Targets


class CampaignActions:
    """Asks what the campaign's own record does not know: the time, and the campaign that a follow_up follows."""

    def __init__(self, targets: Targets, clock: Clock) -> None:
        self._targets, self._clock = targets, clock

    def of(self, campaign: Campaign, totals: Totals) -> list[OpenAction]:
        """The operations that its state allows now, to any caller."""
        return open_actions(campaign, totals, now=self._clock.now(), due_at=self._due_at(campaign))

    def waits(self, campaign: Campaign, totals: Totals) -> list[Wait]:
        """What it waits for now, and until when."""
        return waits_of_campaign(campaign, totals, self._clock.now())

    def _due_at(self, campaign: Campaign) -> int | None:
        if campaign.type is not CampaignType.FOLLOW_UP:
            return 0
        try:
            return self._targets.due_at(campaign)
        except InvalidError:
            # The earlier campaign is gone, or the draft does not name it yet.
            return None
