"""How many members one round of a campaign may queue: its share of the account's rate, within the 24-hour quota."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.ledger.dispatch import Dispatch
from ariia.ports.clock import Clock
from ariia.ports.ledger.sending import AccountQuota, SendRate, SendRates
from ariia.services.release.round_state import ReleasePolicy, RoundReport

_QUOTA_AGE_MS = 60_000
SENDING_DISABLED = "the account may not send at present; sending goes on by itself when it may again"
QUOTA_USED_UP = "the account's 24-hour quota is used up; sending goes on by itself as it frees up"


class SendBudget:
    """Asks the account for its rate at most once a minute and divides it among the campaigns that are sending."""

    def __init__(self, rates: SendRates, quota: AccountQuota, clock: Clock, policy: ReleasePolicy) -> None:
        self._rates, self._quota, self._clock, self._policy = rates, quota, clock, policy

    def of(self, campaign: Dispatch, tally: RoundReport) -> float:
        """In members, less those that are queued and wait. 0, and why in `tally`, when the account may not send."""
        now = self._clock.now()
        rate = self._rate(campaign, now)
        sharing = self._rates.note_active(campaign.channel, campaign.key, now)
        # At least one second's worth for each, so that a small share still moves.
        per_round = max(rate.per_second, rate.per_second * self._policy.horizon_seconds / max(1, sharing))
        tally.per_second = rate.per_second
        tally.stopped, tally.parked = _stopped(rate), _parked(rate)
        if tally.stopped or tally.parked:
            return 0
        # What is left of the quota is shared too, or large campaigns would take all that frees up.
        left = max(1.0, rate.remaining_today / max(1, sharing))
        return min(per_round, left) - tally.outstanding

    def leave(self, campaign: Dispatch) -> None:
        """The campaign's run is over: its share is for the others."""
        self._rates.note_ended(campaign.channel, campaign.key)

    def _rate(self, campaign: Dispatch, now: int) -> SendRate:
        known = self._rates.rate(campaign.channel)
        if known is not None and now - known.at < _QUOTA_AGE_MS and not _is_overtaken(known, campaign):
            return known
        fresh = replace(self._quota.current(), at=now)
        self._rates.save_rate(campaign.channel, fresh)
        return fresh


def _is_overtaken(known: SendRate, campaign: Dispatch) -> bool:
    """True when the account was last seen suspended before somebody sent or resumed the campaign. They may know better,
    and the old answer would pause it once more."""
    return known.is_shut_down and known.at <= campaign.updated_at


def _stopped(rate: SendRate) -> str | None:
    return "the provider has suspended the account: ask the platform's operator" if rate.is_shut_down else None


def _parked(rate: SendRate) -> str | None:
    if not rate.sending_enabled:
        return SENDING_DISABLED
    return QUOTA_USED_UP if rate.remaining_today < 1 else None
