"""Preflights that show a member as a sample."""

from __future__ import annotations

from ariia.domain.mentions import mentions
from ariia.domain.preflight.job import kind_of
from ariia.ports.jobs import Job, JobStore

_PREFLIGHTS = 100


class PreflightTraces:
    """The preflights of a campaign, as CampaignTraces."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def erase(self, tenant_id: str, campaign_id: str, member_id: str) -> None:
        """See CampaignTraces. They go as a whole: a preflight is made again when somebody asks."""
        for job in self._jobs.page(tenant_id, kind_of(campaign_id), _PREFLIGHTS, None):
            if self._shows(job, member_id):
                self._jobs.delete(job)

    def _shows(self, job: Job, member_id: str) -> bool:
        documents = [job.document, *(part.document for part in self._jobs.parts(job.tenant_id, job.id))]
        return any(mentions(one, member_id) for one in documents)
