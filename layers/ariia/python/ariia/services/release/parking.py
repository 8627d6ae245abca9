"""Campaigns that wait because the account may not send: noted, so that people see why and for how long."""

from __future__ import annotations

from ariia.domain.ledger.dispatch import Dispatch
from ariia.ports.clock import Clock
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.release.budget import QUOTA_USED_UP

# The quota counts the last 24 hours: by then all that is used up now is free again.
_DAY_MS = 86_400_000


class Parking:
    """Writes to the campaign only when it is parked, or goes on."""

    def __init__(self, runs: CampaignRuns, clock: Clock) -> None:
        self._runs, self._clock = runs, clock

    def note(self, campaign: Dispatch, reason: str | None) -> None:
        """Notes why nothing leaves at present; None = it goes on."""
        if reason == campaign.parked_reason:
            return
        now = self._clock.now()

        def apply(fresh: Dispatch) -> None:
            fresh.parked_at, fresh.parked_reason = (now, reason) if reason else (None, None)
            fresh.parked_until = now + _DAY_MS if reason == QUOTA_USED_UP else None

        self._runs.change(campaign, apply)
