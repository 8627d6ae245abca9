"""Test sends of the last days: the member is taken out of them."""

from __future__ import annotations

from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.ports.campaigns import CampaignStore
from ariia.ports.jobs import Job, JobStore
from ariia.ports.personal_data import Erasing, Found, piece_of
from ariia.services.campaigns.erasing_ledger import LedgerEraser
from ariia.services.test_sends.sending import KIND

_PAGE = 50


class TestSendsStep:
    """Takes the member out: as the person whose data one shows, and as an address."""

    name = "test_sends"
    tables = ("campaign-parts",)

    def __init__(self, jobs: JobStore, campaigns: CampaignStore, ledger: LedgerEraser) -> None:
        self._jobs, self._campaigns, self._ledger = jobs, campaigns, ledger

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._jobs.page(erasure.tenant_id, KIND, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        mine = [job for job in some if _shows(job, erasure) or _addressed(job, erasure)]
        return Found(mine, {"test_sends": len(mine)} if mine else {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        held = [job for job in found.items if not self._take_out(job, erasure)]
        return "a sender that holds a test send" if held else None

    def _take_out(self, job: Job, erasure: Erasing) -> bool:
        container = container_id(DispatchKind.TEST, job.tenant_id, job.id)
        addressed = _addressed(job, erasure)
        copies = list(job.document["addresses"]) if _shows(job, erasure) else addressed
        self._campaigns.remove_test_recipients(job.tenant_id, container, copies)
        campaign = self._campaigns.get(job.tenant_id, container)
        if campaign is not None and not all([self._ledger.erase(campaign, one, []) for one in addressed]):
            return False
        for one in addressed:
            del job.document["addresses"][one]
        job.document["member_id"] = None
        return self._jobs.save(job)


def _shows(job: Job, erasure: Erasing) -> bool:
    return bool(job.document.get("member_id") == erasure.who)


def _addressed(job: Job, erasure: Erasing) -> list[str]:
    """Those of its recipients who are the member's addresses: a recipient's id names the address."""
    mine = {one.replace("#", "-") for one in erasure.addresses}
    return [one for one in job.document["addresses"] if one in mine]
