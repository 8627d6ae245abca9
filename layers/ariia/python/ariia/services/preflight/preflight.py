"""The preflight: what would happen if this campaign were sent now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ariia.domain.audience.count_job import CountedAudience, CountTask
from ariia.domain.audience.counting import AudienceCount
from ariia.domain.campaigns.findings import as_findings
from ariia.domain.content.checks.findings import Finding
from ariia.domain.documents import decode, encode, fingerprint
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.preflight.job import PreflightJob, PreflightStatus, kind_of
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.shard_work import ShardWork
from ariia.services.audience.counting import AudienceCounter, collected
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.reading import CampaignDetails, Campaigns
from ariia.services.campaigns.targets import Targets
from ariia.services.preflight.outlook import SendOutlook
from ariia.services.preflight.report import PreflightReport, report_of, status_of

KEPT_SECONDS = 7 * 86_400
# What is older is counted anew where that takes no job.
YOUNG_MS = 15 * 60_000


class Preflights:
    """Runs preflights and reads them. A draft is judged as it would be frozen now; what was submitted, as it was."""

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
        details = self._stated(self._details(tenant_id, campaign_id))
        preflight = self._begin(details)
        return self._keep(details, preflight, self._count(details, preflight))

    def latest(self, tenant_id: str, campaign_id: str) -> PreflightReport:
        """The latest preflight of the campaign; NotFoundError when there was none in the last seven days."""
        details = self._details(tenant_id, campaign_id)
        found = self._known(details.campaign.tenant_id, campaign_id)
        if found is None:
            raise NotFoundError("this campaign has had no preflight; start one with a POST")
        job, preflight = found
        done = 0 if preflight.counted else self._collect(job, preflight)
        return self._report(details, preflight, done, is_current=self._is_of(preflight, details))

    def current(self, details: CampaignDetails) -> PreflightReport:
        """A preflight of this very content and audience: the latest where it is young or still running; a new one where
        the audience is small enough to be counted at once; else the latest however old, or one that begins.
        InvalidError for a target that can't be counted; TransientError."""
        stated = self._stated(details)
        known = self._report_of_this(stated)
        if known is not None and (known.status is PreflightStatus.RUNNING or known.age_ms <= YOUNG_MS):
            return known
        preflight = self._begin(stated)
        count = self._count(stated, preflight)
        return known if known is not None and count is None else self._keep(stated, preflight, count)

    def about_message(self, details: CampaignDetails) -> list[Finding]:
        """Everything wrong or doubtful about sender and content, for any recipient."""
        return [*self._about_sender(details), *self._about_content(details)]

    def _about_sender(self, details: CampaignDetails) -> list[Finding]:
        """As of now: a domain may have been lost since the audience was counted."""
        campaign = details.campaign
        try:
            self._contents.require_sender(campaign, self._contents.tenant(campaign.tenant_id))
        except InvalidError as error:
            return as_findings("sender", error)
        return []

    def _about_content(self, details: CampaignDetails) -> list[Finding]:
        try:
            return self._contents.findings(details.campaign, details.content)
        except InvalidError as error:
            return as_findings("content", error)

    def _details(self, tenant_id: str, campaign_id: str) -> CampaignDetails:
        details = self._campaigns.details(tenant_id, campaign_id)
        return self._campaigns.submitted(tenant_id, campaign_id) if details.campaign.submitted_hash else details

    def _stated(self, details: CampaignDetails) -> CampaignDetails:
        """With a copy of each segment that the target names: what was submitted has its own."""
        if details.campaign.submitted_hash is not None:
            return details
        return replace(details, target=self._targets.with_segments(details.campaign, details.target))

    def _begin(self, details: CampaignDetails) -> PreflightJob:
        campaign, target, now = details.campaign, details.target, self._clock.now()
        settings = self._contents.tenant(campaign.tenant_id).settings
        return PreflightJob(
            campaign_id=campaign.id,
            basis=self._basis(details),
            created_at=now,
            shards=self._shards,
            channel=campaign.channel,
            one_per_address=campaign.one_per_address,
            required=self._required(details),
            cap=settings.frequency_cap,
            target_type=campaign.target_type,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            segments=target.segments,
            follow_up_of=campaign.follow_up_of,
            follow_up_condition=campaign.follow_up_condition,
            at=now,
            findings=self._about_content(details),
        )

    def _required(self, details: CampaignDetails) -> list[str]:
        try:
            return self._contents.required_of_members(details.campaign, details.content)
        except InvalidError:
            # A finding says what is wrong with them.
            return []

    def _count(self, details: CampaignDetails, preflight: PreflightJob) -> AudienceCount | None:
        return self._counter.count(details.campaign.tenant_id, preflight.audience, preflight.rules)

    def _keep(self, details: CampaignDetails, preflight: PreflightJob, count: AudienceCount | None) -> PreflightReport:
        """Keeps the preflight; without a count, has the audience counted by a job."""
        tenant_id, campaign_id = details.campaign.tenant_id, details.campaign.id
        if count is not None:
            _finish(preflight, count, self._clock.now())
        expires_at = preflight.created_at // 1000 + KEPT_SECONDS
        job = Job(tenant_id, kind_of(campaign_id), self._ids.new(), encode(preflight), expires_at)
        self._jobs.create(job)
        if count is None:
            self._work.start([CountTask(tenant_id, job.kind, job.id, shard) for shard in range(self._shards)])
        return self._report(details, preflight, 0, is_current=True)

    def _known(self, tenant_id: str, campaign_id: str) -> tuple[Job, PreflightJob] | None:
        jobs = self._jobs.page(tenant_id, kind_of(campaign_id), 1, None)
        return (jobs[0], decode(PreflightJob, jobs[0].document)) if jobs else None

    def _report_of_this(self, details: CampaignDetails) -> PreflightReport | None:
        """The latest, when it is of this very content and audience and not given up."""
        found = self._known(details.campaign.tenant_id, details.campaign.id)
        if found is None or found[1].basis != self._basis(details):
            return None
        job, preflight = found
        done = 0 if preflight.counted else self._collect(job, preflight)
        is_failed = status_of(preflight, self._clock.now()) is PreflightStatus.FAILED
        return None if is_failed else self._report(details, preflight, done, is_current=True)

    def _collect(self, job: Job, preflight: PreflightJob) -> int:
        """Number of shards that are done; with all of them done, `preflight` has its result, which is kept."""
        done, total = collected(self._jobs, job, preflight.shards)
        if total is not None:
            _finish(preflight, total, self._clock.now())
            job.document = encode(preflight)
            self._jobs.save(job)
        return done

    def _report(
        self, details: CampaignDetails, preflight: PreflightJob, done: int, *, is_current: bool
    ) -> PreflightReport:
        campaign = details.campaign
        tenant, now = self._contents.tenant(campaign.tenant_id), self._clock.now()
        report = report_of(preflight, campaign, tenant, self._outlook, now=now, done=done, is_current=is_current)
        return replace(report, findings=[*self._about_sender(details), *report.findings])

    def _is_of(self, preflight: PreflightJob, details: CampaignDetails) -> bool:
        try:
            return preflight.basis == self._basis(self._stated(details))
        except InvalidError:
            return False

    def _basis(self, details: CampaignDetails) -> str:
        """A fingerprint of everything that decides what is sent to whom: the same for a draft and for what is frozen of
        it."""
        campaign = details.campaign
        decides: dict[str, Any] = {
            "content": self._contents.essence(campaign, details.content),
            "target": encode(details.target),
            "target_type": campaign.target_type,
            "sender": campaign.sender,
            "channel": campaign.channel,
            "one_per_address": campaign.one_per_address,
            "follow_up": [campaign.follow_up_of, campaign.follow_up_condition],
        }
        return fingerprint(decides)


def _finish(preflight: PreflightJob, count: AudienceCount, now: int) -> None:
    preflight.counted, preflight.counted_at = CountedAudience.of(count), now
