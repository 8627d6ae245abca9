"""Recounts as jobs: asked for by the API, worked on in an invocation of their own, followed by reading them."""

from __future__ import annotations

from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.documents import decode, encode
from ariia.domain.errors import ConflictError, NotFoundError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.statistics.recount import KIND, NO_SIGN_OF_LIFE_MS, Recount, RecountFailure, RecountStatus
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Chance, Clock
from ariia.ports.jobs import Job, JobStore
from ariia.ports.statistics import RecountWork
from ariia.services.campaigns.reading import Campaigns
from ariia.services.statistics.recounting import Recounting, StreamBehindError

_KEPT_SECONDS = 90 * 86_400


class Recounts:
    """Asks for recounts, and tells how far they are."""

    def __init__(self, campaigns: Campaigns, jobs: JobStore, work: RecountWork, clock: Clock, chance: Chance) -> None:
        self._campaigns, self._jobs, self._work = campaigns, jobs, work
        self._clock, self._chance = clock, chance

    def start(self, tenant_id: str, campaign_id: str, by: str) -> Recount:
        """Begins a recount, or finds the one that is not over. ConflictError while the campaign is sending, as its
        counters move then; NotFoundError; TransientError when it can't be begun just now."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign.status is CampaignStatus.SENDING and not campaign.is_paused:
            raise ConflictError("its counters move while it is sending: recount it when it is sent or paused")
        job = self._jobs.get(tenant_id, KIND, campaign_id)
        recount = self._read(job) if job else None
        if recount is None or recount.is_over:
            recount = self._begin(job or Job(tenant_id, KIND, campaign_id), by)
        if recount.status is RecountStatus.WAITING:
            self._work.start(tenant_id, campaign_id, recount.run)
        return recount

    def get(self, tenant_id: str, campaign_id: str) -> Recount:
        """The latest recount of the campaign; NotFoundError when there was none."""
        self._campaigns.get(tenant_id, campaign_id)
        job = self._jobs.get(tenant_id, KIND, campaign_id)
        if job is None:
            raise NotFoundError("the figures of this campaign were not recounted")
        return self._read(job)

    def _begin(self, job: Job, by: str) -> Recount:
        now = self._clock.now()
        recount = Recount(self._chance.token(), requested_at=now, requested_by=by, touched_at=now)
        if not _save(self._jobs, job, recount):
            raise changed_meanwhile()
        return recount

    def _read(self, job: Job) -> Recount:
        recount = decode(Recount, job.document)
        if not recount.is_over and self._clock.now() - recount.touched_at > NO_SIGN_OF_LIFE_MS:
            recount.end(recount.touched_at, RecountFailure.STOPPED)
        return recount


class RecountRunner:
    """Does what was asked for. It may be killed anywhere and run again."""

    def __init__(self, campaigns: CampaignStore, jobs: JobStore, recounting: Recounting, clock: Clock) -> None:
        self._campaigns, self._jobs, self._recounting, self._clock = campaigns, jobs, recounting, clock

    def run(self, tenant_id: str, campaign_id: str, run: str, ends_at: int) -> Recount | None:
        """Makes passes until one holds, as long as one more will be over by `ends_at` (epoch ms). None when the run is
        over, or another process works on it."""
        job = self._jobs.get(tenant_id, KIND, campaign_id)
        recount = decode(Recount, job.document) if job else None
        if job is None or recount is None or recount.run != run or recount.is_over:
            return None
        recount.status, longest = RecountStatus.RUNNING, 0
        failure: RecountFailure | None = RecountFailure.COUNTERS_MOVED
        while failure and self._clock.now() + longest <= ends_at:
            recount.passes, recount.touched_at = recount.passes + 1, self._clock.now()
            if not _save(self._jobs, job, recount):
                return None
            failure = self._pass(recount, tenant_id, campaign_id)
            longest = max(longest, self._clock.now() - recount.touched_at)
        recount.end(self._clock.now(), failure)
        return recount if _save(self._jobs, job, recount) else None

    def _pass(self, recount: Recount, tenant_id: str, campaign_id: str) -> RecountFailure | None:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign is None:
            return None
        try:
            changes = self._recounting.correct(campaign)
        except StreamBehindError:
            return RecountFailure.STREAM_BEHIND
        if changes is None:
            return RecountFailure.COUNTERS_MOVED
        recount.note(changes)
        return None


def _save(jobs: JobStore, job: Job, recount: Recount) -> bool:
    job.document, job.expires_at = encode(recount), recount.requested_at // 1000 + _KEPT_SECONDS
    return jobs.save(job) if job.version else jobs.create(job)
