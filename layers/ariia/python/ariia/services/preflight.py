"""The preflight: what would happen if this campaign were sent now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ariia.domain.campaign import Target, fingerprint
from ariia.domain.content.findings import Finding
from ariia.domain.documents import decode, encode
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.preflight import AudienceCount, Duration
from ariia.domain.preflight_job import CountedAudience, CountTask, PreflightJob, PreflightStatus, kind_of
from ariia.domain.prices import Cost
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.preflight import ShardWork

from .audience_count import AudienceCounter, collected
from .campaign_contents import CampaignContents
from .campaigns import CampaignDetails, Campaigns
from .send_outlook import Outlook, PlanAnswer, SendOutlook
from .targets import Targets

# A job that is not done by then hardly will be: its shards are among the dead letters.
GIVES_UP_AFTER_MS = 60 * 60_000
KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class PreflightReport:
    """The latest answer. `counted` and `outlook` are None while it is running; `plan` is where the campaign takes
    nothing of it. `is_current`: the campaign is still what was counted."""

    campaign_id: str
    status: PreflightStatus
    created_at: int
    age_ms: int
    is_current: bool
    shards_done: int
    shards: int
    counted: CountedAudience | None
    plan: PlanAnswer | None
    outlook: Outlook | None
    findings: list[Finding]

    @property
    def cost(self) -> Cost | None:
        """What it costs; None while it is running."""
        return self.outlook.cost if self.outlook else None

    @property
    def duration(self) -> Duration | None:
        """How long it takes; None while it is running, and where that is not known."""
        return self.outlook.duration if self.outlook else None

    @property
    def errors(self) -> int:
        """Findings that keep it from being sent, or members from getting it."""
        return sum(one.severity == "error" for one in self.findings)


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
        work: ShardWork,
        outlook: SendOutlook,
        clock: Clock,
        ids: Ids,
        shards: int,
    ) -> None:
        self._campaigns, self._contents, self._counter, self._targets = campaigns, contents, counter, targets
        self._jobs, self._work, self._outlook = jobs, work, outlook
        self._clock, self._ids, self._shards = clock, ids, shards

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
            self._work.start([CountTask(tenant_id, campaign_id, job.id, shard) for shard in range(self._shards)])
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
        now, settings = self._clock.now(), self._contents.tenant(details.campaign.tenant_id).settings
        preflight = PreflightJob(
            campaign_id=campaign.id,
            basis=_basis(details),
            created_at=now,
            shards=self._shards,
            channel=campaign.channel,
            one_per_address=campaign.one_per_address,
            cap=settings.frequency_cap if campaign.counts_against_caps else None,
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
        tenant = self._contents.tenant(job.tenant_id)
        plan, findings = self._outlook.plan(details.campaign, tenant)
        findings += preflight.findings
        outlook = None
        if counted is not None:
            outlook = self._outlook.of(details.campaign, counted.will_get, tenant)
            findings += _about_members(counted) + outlook.findings
        return PreflightReport(
            campaign_id=preflight.campaign_id,
            status=_status(preflight, now),
            created_at=preflight.created_at,
            age_ms=now - preflight.created_at,
            is_current=preflight.basis == _basis(details),
            shards_done=preflight.shards if counted else done,
            shards=preflight.shards,
            counted=counted,
            plan=plan,
            outlook=outlook,
            findings=sorted(findings, key=lambda one: one.severity != "error"),
        )


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
