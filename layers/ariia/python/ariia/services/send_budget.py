"""How many members one round of a campaign may queue: its share of the account's rate, within the 24-hour quota."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.campaign import Campaign
from ariia.ports.clock import Clock
from ariia.ports.sending import AccountQuota, SendRate, SendRates

from .release_round import ReleasePolicy, Tally

_QUOTA_AGE_MS = 60_000


class SendBudget:
    """Asks the account for its rate at most once a minute and divides it among the campaigns that are sending."""

    def __init__(self, rates: SendRates, quota: AccountQuota, clock: Clock, policy: ReleasePolicy) -> None:
        self._rates, self._quota, self._clock, self._policy = rates, quota, clock, policy

    def of(self, campaign: Campaign, tally: Tally) -> float:
        """In members, less those that are queued and wait. 0 and `tally.parked` when the account may not send now."""
        now = self._clock.now()
        rate = self._rate(campaign, now)
        sharing = self._rates.note_active(campaign.channel, campaign.key, now)
        # At least one second's worth for each, so that a small share still moves.
        per_round = max(rate.per_second, rate.per_second * self._policy.horizon_seconds / max(1, sharing))
        tally.parked = not rate.sending_enabled or rate.remaining_today < 1
        if tally.parked:
            return 0
        return min(per_round, rate.remaining_today) - tally.outstanding

    def _rate(self, campaign: Campaign, now: int) -> SendRate:
        known = self._rates.rate(campaign.channel)
        if known is not None and now - known.at < _QUOTA_AGE_MS:
            return known
        fresh = replace(self._quota.current(), at=now)
        self._rates.save_rate(campaign.channel, fresh)
        return fresh
