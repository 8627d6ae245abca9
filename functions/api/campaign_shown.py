"""What every view of a campaign shows beside its record."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.campaign import Campaign
from ariia.domain.statistics import Totals

from .actions import on_campaign, totals_of
from .auth import Caller
from .dependencies import Services


@dataclass(frozen=True)
class Shown:
    """The campaign's figures, and what this caller may do with it now."""

    totals: Totals
    actions: list[str]


def shown(services: Services, caller: Caller, campaign: Campaign) -> Shown:
    """The same for one campaign as it was just read."""
    totals = totals_of(services, campaign)
    return Shown(totals, on_campaign(services, caller, campaign, totals))
