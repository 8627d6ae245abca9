"""What every view of a campaign shows beside its record."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.next_steps.waits import Wait
from ariia.domain.statistics import Totals
from functions.api.gate.actions import on_campaign, totals_of
from functions.api.gate.auth import Caller
from functions.api.gate.dependencies import Services


@dataclass(frozen=True)
class Shown:
    """The campaign's figures, what this caller may do with it now, and what it waits for."""

    totals: Totals
    actions: list[str]
    waits: list[Wait]


def shown(services: Services, caller: Caller, campaign: Campaign) -> Shown:
    """The same for one campaign as it was just read."""
    totals = totals_of(services, campaign)
    waits = services.campaign_actions.waits(campaign, totals)
    return Shown(totals, on_campaign(services, caller, campaign, totals), waits)
