"""What the provider's account may send, for those who send without a campaign's run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.wait_cause import WaitCause
from ariia.ports.clock import Clock
from ariia.ports.ledger.sending import AccountQuota, SendRate, SendRates

# A rate hardly ever changes. While a campaign runs, its rounds ask every minute anyway.
_AGE_MS = 900_000
# Who may not send waits for the day that it may.
_REFUSED_AGE_MS = 60_000


class AccountRate:
    """The last known word of each account, asked again when it is old. A channel without a quota may always send."""

    def __init__(self, rates: SendRates, quotas: Mapping[Channel, AccountQuota], clock: Clock) -> None:
        self._rates, self._quotas, self._clock = rates, quotas, clock

    def may_send(self, channel: Channel) -> bool:
        """False while the account is stopped, or its 24-hour quota used up. Also makes sure that senders know the rate:
        without one they assume the lowest."""
        return _refusal(self._known(channel)) is None

    def refusal(self, channel: Channel) -> WaitCause | None:
        """What of the account those who send wait for, as far as is known; asks nobody."""
        return _refusal(self._rates.rate(channel))

    def _known(self, channel: Channel) -> SendRate | None:
        known, now = self._rates.rate(channel), self._clock.now()
        quota = self._quotas.get(channel)
        age = _AGE_MS if _refusal(known) is None else _REFUSED_AGE_MS
        if quota is None or (known is not None and now - known.at < age):
            return known
        try:
            fresh = replace(quota.current(), at=now)
        except TransientError:
            # SES answers about one such question a second; of many messages due at once, one needs the answer.
            return known
        self._rates.save_rate(channel, fresh)
        return fresh


def _refusal(rate: SendRate | None) -> WaitCause | None:
    if rate is None or (rate.sending_enabled and rate.remaining_today >= 1):
        return None
    return WaitCause.ACCOUNT_QUOTA if rate.sending_enabled else WaitCause.ACCOUNT
