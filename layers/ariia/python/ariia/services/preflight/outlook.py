"""What sending to so many would take: of the plan, of the account's rate and quota, and of money."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import ACCOUNT_SUSPENDED, PLAN_LIMIT, SANDBOX, SENDING_DISABLED
from ariia.domain.content.checks.findings import Finding
from ariia.domain.errors import ThrottledError, TransientError
from ariia.domain.local_time import local_of
from ariia.domain.preflight.arithmetic import DAY_SECONDS, Duration, duration
from ariia.domain.preflight.prices import Cost, email_cost
from ariia.domain.preflight.words import days_in_words
from ariia.domain.rules.quiet_hours import opening
from ariia.domain.tenants.plan import Plan, plan_that_lifts
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock
from ariia.ports.ledger.sending import AccountQuota, SendRate, SendRates
from ariia.services.campaigns.broadcast_quota import BroadcastQuota

_RATE_MAX_AGE_MS = 60_000
# Somebody is refused by it, and waits for the day that they are not; SES answers one such question a second.
_REFUSED_MAX_AGE_MS = 1_000
_SANDBOX = (
    "the provider's account is in its sandbox: only verified addresses can be written to. The platform's operator asks "
    "for production access (docs/operations.md#leaving-the-ses-sandbox); where all recipients are verified, accept this"
)


@dataclass(frozen=True)
class PlanAnswer:
    """What the send takes of the plan. `left`: broadcasts left in its month after it (None = as many as wanted);
    `lifted_by`: the plan that allows it where this one does not."""

    plan: Plan
    allowed: bool
    uses: int
    limit: int | None
    left: int | None
    resets_at: int | None
    lifted_by: Plan | None


@dataclass(frozen=True)
class Outlook:
    """`duration` is None when the account can't send or its rate is unknown; `in_words` says when how much leaves, by
    the tenant's clocks; `by_channel` is the cost in US dollars."""

    duration: Duration | None
    in_words: str | None
    cost: Cost
    by_channel: dict[str, float]
    timezone: str
    findings: list[Finding]


class SendOutlook:
    """Looks ahead from the planned send: now, or the time that the campaign is scheduled for."""

    def __init__(
        self,
        broadcasts: BroadcastQuota,
        rates: SendRates,
        quota: AccountQuota,
        clock: Clock,
        ses_usd_per_1000: float,
    ) -> None:
        self._broadcasts, self._rates, self._quota = broadcasts, rates, quota
        self._clock, self._price = clock, ses_usd_per_1000

    def plan(self, campaign: Campaign, tenant: Tenant) -> tuple[PlanAnswer | None, list[Finding]]:
        """Whether the plan allows the send in its month; None for what is not counted, and once it has begun."""
        use = None if campaign.epoch else self._broadcasts.check(campaign, self._start(campaign))
        if use is None:
            return None, []
        allowed = use.over == 0
        lifted_by = None if allowed else plan_that_lifts(tenant.plan, use.feature, use.taken - 1)
        answer = PlanAnswer(tenant.plan, allowed, 1, use.limit, use.remaining, use.resets_at, lifted_by)
        if allowed:
            return answer, []
        words = f"the plan {tenant.plan} allows {use.limit} broadcasts a month, and none is left in that of the send"
        return answer, [Finding(PLAN_LIMIT, "error", words, field="plan")]

    def of(self, campaign: Campaign, messages: int, tenant: Tenant) -> Outlook:
        """What sending `messages` takes if nothing else is sent."""
        now, rate = self._clock.now(), self._rate(campaign.channel)
        cost = email_cost(messages, self._price)
        start = self._start(campaign)
        opens_at = opening(tenant.settings.quiet_hours, campaign.channel, tenant.timezone, start)
        takes = self._takes(messages, rate, now, opens_at) if rate is not None else None
        words = days_in_words(takes.days, now, tenant.timezone) if takes and takes.days else None
        by_channel = {str(campaign.channel): cost.total}
        findings = _about_quiet(opens_at, tenant) if opens_at > start else []
        return Outlook(takes, words, cost, by_channel, tenant.timezone, findings)

    def account(self, campaign: Campaign, messages: int) -> list[Finding]:
        """What keeps the provider's account from sending so many, or may do so."""
        rate = self._rate(campaign.channel)
        if rate is None:
            words = "the account's send rate is not known just now, so there is no estimate of the duration"
            return [Finding("send_rate_unknown", "warning", words, field="account")]
        sandbox = [] if rate.production_access else [Finding(SANDBOX, "error", _SANDBOX, field="account")]
        return sandbox + _about_account(rate, messages)

    def _takes(self, messages: int, rate: SendRate, now: int, start: int) -> Duration | None:
        # What is used of the quota now is free again in 24 hours.
        is_free = start - now >= DAY_SECONDS * 1000 and rate.daily_quota >= 0
        if not rate.sending_enabled or rate.is_shut_down:
            return None
        return duration(
            messages,
            now=start,
            per_second=rate.per_second,
            daily_quota=rate.daily_quota,
            remaining=rate.daily_quota if is_free else rate.remaining_today,
        )

    def _start(self, campaign: Campaign) -> int:
        return max(self._clock.now(), campaign.scheduled_at or 0)

    def _rate(self, channel: str) -> SendRate | None:
        known, now = self._rates.rate(channel), self._clock.now()
        if known is not None and now - known.at < _max_age(known):
            return known
        try:
            fresh = replace(self._quota.current(), at=now)
        except (TransientError, ThrottledError):
            return known
        self._rates.save_rate(channel, fresh)
        return fresh


def _max_age(rate: SendRate) -> int:
    is_refused = rate.is_shut_down or not rate.sending_enabled or not rate.production_access
    return _REFUSED_MAX_AGE_MS if is_refused else _RATE_MAX_AGE_MS


def _about_quiet(opens_at: int, tenant: Tenant) -> list[Finding]:
    until = local_of(opens_at, tenant.timezone).strftime("%Y-%m-%d %H:%M")
    words = f"it is quiet until {until} ({tenant.timezone}), and for members elsewhere by their own clocks"
    return [Finding("quiet_hours", "warning", words, field="scheduled_at")]


def _about_account(rate: SendRate, messages: int) -> list[Finding]:
    if rate.is_shut_down:
        words = "the provider has suspended the account: nothing leaves until the platform's operator has settled that"
        return [Finding(ACCOUNT_SUSPENDED, "error", words, field="account")]
    if not rate.sending_enabled or (messages and 0 <= rate.daily_quota < 1):
        words = "the account may not send at present: ask the platform's operator"
        return [Finding(SENDING_DISABLED, "error", words, field="account")]
    if rate.enforcement == "PROBATION":
        words = "the provider is reviewing the account for its bounces and complaints: send to members who expect it"
        return [Finding("account_under_review", "warning", words, field="account")]
    return []
