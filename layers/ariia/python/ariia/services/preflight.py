"""The preflight: what would happen if this campaign were sent now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ariia.domain.campaign import Target, fingerprint
from ariia.domain.content.findings import Finding
from ariia.domain.documents import decode, encode
from ariia.domain.errors import InvalidError, NotFoundError, ThrottledError, TransientError
from ariia.domain.preflight import AudienceCount, Duration, duration
from ariia.domain.preflight_job import CountedAudience, CountTask, PreflightJob, PreflightStatus, kind_of
from ariia.domain.prices import Cost, email_cost
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.preflight import PreflightQueue
from ariia.ports.sending import AccountQuota, SendRate, SendRates

from .audience_count import AudienceCounter, collected
from .campaign_contents import CampaignContents
from .campaigns import CampaignDetails, Campaigns
from .targets import Targets

# A job that is not done by then won't be: its messages are in the dead-letter queue.
GIVES_UP_AFTER_MS = 60 * 60_000
KEPT_SECONDS = 7 * 86_400
RATE_MAX_AGE_MS = 60_000


@dataclass(frozen=True)
class PreflightReport:
    """The latest answer. `counted`, `cost` and `duration` are None while it is running; `duration` also when the
    account can't send or its rate is unknown (a finding says which). `is_current`: the campaign is still what was
    counted."""

    campaign_id: str
    status: PreflightStatus
    created_at: int
    age_ms: int
    is_current: bool
    shards_done: int
    shards: int
    counted: CountedAudience | None
    cost: Cost | None
    duration: Duration | None
    findings: list[Finding]


class Preflights:
    """Runs preflights and reads them."""

    def __init__(
        self,
        *,
        campaigns: Campaigns,
        contents: CampaignContents,
        counter: AudienceCounter,
        targets: Targets,
        jobs: JobStore,
        queue: PreflightQueue,
        rates: SendRates,
        quota: AccountQuota,
        clock: Clock,
        ids: Ids,
        shards: int,
        ses_usd_per_1000: float,
    ) -> None:
        self._campaigns, self._contents, self._counter, self._targets = campaigns, contents, counter, targets
        self._jobs, self._queue, self._rates, self._quota = jobs, queue, rates, quota
        self._clock, self._ids, self._shards, self._price = clock, ids, shards, ses_usd_per_1000

    def run(self, tenant_id: str, campaign_id: str) -> PreflightReport:
        """Checks the campaign as it stands now: at once for a small tenant, else as a job that `latest` reads.
        NotFoundError; InvalidError for a target that can't be counted; TransientError."""
        details = self._campaigns.details(tenant_id, campaign_id)
        preflight = self._begin(details)
        count = self._counter.count(tenant_id, preflight.audience, preflight.rules)
        if count is not None:
            _finish(preflight, count, self._clock.now())
        expires_at = preflight.created_at // 1000 + KEPT_SECONDS
        job = Job(tenant_id, kind_of(campaign_id), self._ids.new(), encode(preflight), expires_at)
        self._jobs.create(job)
        if count is None:
            self._queue.put([CountTask(tenant_id, campaign_id, job.id, shard) for shard in range(self._shards)])
        return self._report(details, job, preflight, done=0)

    def latest(self, tenant_id: str, campaign_id: str) -> PreflightReport:
        """The latest preflight of the campaign; NotFoundError when there was none in the last seven days."""
        details = self._campaigns.details(tenant_id, campaign_id)
        jobs = self._jobs.page(tenant_id, kind_of(campaign_id), 1, None)
        if not jobs:
            raise NotFoundError("this campaign has had no preflight; start one with a POST")
        job, preflight = jobs[0], decode(PreflightJob, jobs[0].document)
        done = 0 if preflight.counted else self._collect(job, preflight)
        return self._report(details, job, preflight, done)

    def _begin(self, details: CampaignDetails) -> PreflightJob:
        campaign, target = details.campaign, self._target(details)
        now = self._clock.now()
        preflight = PreflightJob(
            campaign_id=campaign.id,
            basis=_basis(details),
            created_at=now,
            shards=self._shards,
            channel=campaign.channel,
            one_per_address=campaign.one_per_address,
            target_type=campaign.target_type,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            segments=target.segments,
            follow_up_of=campaign.follow_up_of,
            follow_up_condition=campaign.follow_up_condition,
            at=now,
        )
        preflight.findings = self._findings(details, preflight)
        return preflight

    def _target(self, details: CampaignDetails) -> Target:
        """What was submitted has its own copy of the segments; a draft takes them as they are now."""
        campaign = details.campaign
        if campaign.submitted_hash is not None:
            return self._campaigns.submitted(campaign.tenant_id, campaign.id).target
        return self._targets.with_segments(campaign, details.target)

    def _findings(self, details: CampaignDetails, preflight: PreflightJob) -> list[Finding]:
        campaign = details.campaign
        findings = []
        try:
            self._contents.require_sender(campaign, self._contents.tenant(campaign.tenant_id))
        except InvalidError as error:
            findings += _as_findings("sender", error)
        try:
            findings += self._contents.findings(campaign, details.content)
            preflight.required = self._contents.required_of_members(campaign, details.content)
        except InvalidError as error:
            findings += _as_findings("content", error)
        return findings

    def _collect(self, job: Job, preflight: PreflightJob) -> int:
        """Number of shards that are done; with all of them done, `preflight` has its result, which is kept."""
        done, total = collected(self._jobs, job, preflight.shards)
        if total is not None:
            _finish(preflight, total, self._clock.now())
            job.document = encode(preflight)
            self._jobs.save(job)
        return done

    def _report(self, details: CampaignDetails, job: Job, preflight: PreflightJob, done: int) -> PreflightReport:
        now, counted = self._clock.now(), preflight.counted
        findings, cost, takes = list(preflight.findings), None, None
        if counted is not None:
            takes, trouble = self._duration(preflight.channel, counted.will_get, now)
            cost = email_cost(counted.will_get, self._price)
            findings += _about_members(counted) + trouble
        return PreflightReport(
            campaign_id=preflight.campaign_id,
            status=_status(preflight, now),
            created_at=preflight.created_at,
            age_ms=now - preflight.created_at,
            is_current=preflight.basis == _basis(details),
            shards_done=preflight.shards if counted else done,
            shards=preflight.shards,
            counted=counted,
            cost=cost,
            duration=takes,
            findings=sorted(findings, key=lambda one: one.severity != "error"),
        )

    def _duration(self, channel: str, messages: int, now: int) -> tuple[Duration | None, list[Finding]]:
        rate = self._rate(channel, now)
        if rate is None:
            words = "the account's send rate is not known just now, so there is no estimate of the duration"
            return None, [Finding("send_rate_unknown", "warning", words, field="account")]
        takes = duration(
            messages,
            now=now,
            per_second=rate.per_second,
            daily_quota=rate.daily_quota,
            remaining=rate.remaining_today,
        )
        if rate.sending_enabled and takes is not None:
            return takes, []
        words = "the account may not send at present: ask the platform's operator"
        return None, [Finding("sending_disabled", "error", words, field="account")]

    def _rate(self, channel: str, now: int) -> SendRate | None:
        known = self._rates.rate(channel)
        if known is not None and now - known.at < RATE_MAX_AGE_MS:
            return known
        try:
            fresh = replace(self._quota.current(), at=now)
        except (TransientError, ThrottledError):
            return known
        self._rates.save_rate(channel, fresh)
        return fresh


def _status(preflight: PreflightJob, now: int) -> PreflightStatus:
    if preflight.counted is not None:
        return PreflightStatus.FINISHED
    given_up = now - preflight.created_at > GIVES_UP_AFTER_MS
    return PreflightStatus.FAILED if given_up else PreflightStatus.RUNNING


def _finish(preflight: PreflightJob, count: AudienceCount, now: int) -> None:
    preflight.counted, preflight.counted_at = CountedAudience.of(count), now


def _basis(details: CampaignDetails) -> str:
    campaign = details.campaign
    decides: dict[str, Any] = {
        "content": encode(details.content),
        "target": encode(details.target),
        "target_type": campaign.target_type,
        "template": campaign.template_id,
        "sender": campaign.sender,
        "channel": campaign.channel,
        "one_per_address": campaign.one_per_address,
        "follow_up": [campaign.follow_up_of, campaign.follow_up_condition],
    }
    return fingerprint(decides)


def _about_members(counted: CountedAudience) -> list[Finding]:
    findings = [
        Finding("missing_value", "error", f"{number} members have no value for the variable '{name}'", field=name)
        for name, number in sorted(counted.missing.items())
    ]
    if not counted.will_get:
        words = "nobody would get this message"
        findings.append(Finding("empty_audience", "error", words, field="target_filter_json"))
    return findings


def _as_findings(code: str, error: InvalidError) -> list[Finding]:
    if not error.problems:
        return [Finding(code, "error", error.message, field=code)]
    return [
        Finding(code, "error", f"{problem.field} {problem.message}", problem.line, problem.field)
        for problem in error.problems
    ]
