"""The erasure's walk through all campaigns, and what a sender held then."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.mentions import mentions
from ariia.domain.preflight.job import kind_of
from ariia.domain.privacy.erasure import Erasure
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Chance
from ariia.ports.jobs import Job, JobStore
from ariia.services.privacy.erasure.ledger import LedgerEraser
from ariia.services.privacy.erasure.steps import Found, piece_of

_PAGE = 25
_PREFLIGHTS = 100


class CampaignsStep:
    """Every campaign's ledger, the lists in its targets, and preflights that show the member as a sample. What a sender
    holds is noted for later, so that nothing else waits for it."""

    name = "campaigns"

    def __init__(self, campaigns: CampaignStore, jobs: JobStore, ledger: LedgerEraser, chance: Chance) -> None:
        self._campaigns, self._jobs, self._ledger, self._chance = campaigns, jobs, ledger, chance

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        page = self._campaigns.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        counts = {"recipients": 0, "receipts": 0}
        for campaign in some:
            traces = self._ledger.find(campaign, erasure.who)
            counts["recipients"] += traces.recipients
            counts["receipts"] += traces.receipts
        return Found(some, {kind: number for kind, number in counts.items() if number}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for campaign in found.items:
            if not self.erase_one(erasure, campaign) and campaign.id not in erasure.later:
                erasure.later.append(campaign.id)
        return None

    def erase_one(self, erasure: Erasure, campaign: Campaign) -> bool:
        """Takes the member out of one campaign; False while a sender holds them."""
        tenant_id, hashes = erasure.tenant_id, [one.partition("#")[2] for one in erasure.addresses]
        self._campaigns.replace_in_targets(tenant_id, campaign.id, erasure.who, f"erased-{self._chance.token()}")
        for job in self._jobs.page(tenant_id, kind_of(campaign.id), _PREFLIGHTS, None):
            if self._shows(job, erasure.who):
                self._jobs.delete(job)
        return self._ledger.erase(campaign, erasure.who, hashes)

    def _shows(self, job: Job, member_id: str) -> bool:
        documents = [job.document, *(part.document for part in self._jobs.parts(job.tenant_id, job.id))]
        return any(mentions(one, member_id) for one in documents)


class HeldStep:
    """The campaigns in which a sender held the member: looked at again until nobody does."""

    name = "held"

    def __init__(self, campaigns: CampaignStore, step: CampaignsStep) -> None:
        self._campaigns, self._step = campaigns, step

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. They are counted."""
        found = (self._campaigns.get(erasure.tenant_id, one) for one in erasure.later)
        return Found([campaign for campaign in found if campaign is not None])

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        held = [campaign.id for campaign in found.items if not self._step.erase_one(erasure, campaign)]
        erasure.later = held
        return f"senders that hold the member in {len(held)} campaigns" if held else None
