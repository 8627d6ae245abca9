"""Files and jobs that know the member: archives that were made for them, test sends that show them, rejected lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.audit.entries import subject_of
from ariia.domain.imports.job import ImportJob
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.mentions import is_about
from ariia.domain.privacy.erasure import FILES_KEPT_MS, Erasure
from ariia.domain.privacy.export import MemberExport
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore
from ariia.ports.uploads import Uploads
from ariia.services.imports.jobs import ImportJobs
from ariia.services.privacy.erasure.ledger import LedgerEraser
from ariia.services.privacy.erasure.steps import Found, piece_of
from ariia.services.privacy.export.jobs import ExportJobs
from ariia.services.test_sends import KIND as TEST_SEND

_PAGE = 50


class ArchivesStep:
    """Deletes archives of the member that were made and not yet forgotten."""

    name = "archives"

    def __init__(self, exports: ExportJobs, uploads: Uploads) -> None:
        self._exports, self._uploads = exports, uploads

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        page = self._exports.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        subject = subject_of(erasure.tenant_id, erasure.who)
        mine = [one for one in some if one.subject == subject]
        return Found(mine, {"archives": len(mine)} if mine else {}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        archives: Sequence[MemberExport] = found.items
        for export in archives:
            self._uploads.delete([export.key, *export.part_keys])
            self._exports.delete(export)
        return None


class TestSendsStep:
    """Takes the member out of test sends of the last days: as the person whose data one shows, and as an address."""

    name = "test_sends"

    def __init__(self, jobs: JobStore, campaigns: CampaignStore, ledger: LedgerEraser) -> None:
        self._jobs, self._campaigns, self._ledger = jobs, campaigns, ledger

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        page = self._jobs.page(erasure.tenant_id, TEST_SEND, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        mine = [job for job in some if _shows(job, erasure) or _addressed(job, erasure)]
        return Found(mine, {"test_sends": len(mine)} if mine else {}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        held = [job for job in found.items if not self._take_out(job, erasure)]
        return "a sender that holds a test send" if held else None

    def _take_out(self, job: Job, erasure: Erasure) -> bool:
        container = container_id(DispatchKind.TEST, job.tenant_id, job.id)
        addressed = _addressed(job, erasure)
        copies = list(job.document["addresses"]) if _shows(job, erasure) else addressed
        self._campaigns.remove_stand_ins(job.tenant_id, container, copies)
        campaign = self._campaigns.get(job.tenant_id, container)
        if campaign is not None and not all([self._ledger.erase(campaign, one, []) for one in addressed]):
            return False
        for one in addressed:
            del job.document["addresses"][one]
        job.document["member_id"] = None
        return self._jobs.save(job)


def _shows(job: Job, erasure: Erasure) -> bool:
    return bool(job.document.get("member_id") == erasure.who)


def _addressed(job: Job, erasure: Erasure) -> list[str]:
    """Those of its recipients who are the member's addresses: a recipient's id names the address."""
    mine = {one.replace("#", "-") for one in erasure.addresses}
    return [one for one in job.document["addresses"] if one in mine]


@dataclass(frozen=True)
class _Lines:
    """A list of rejected lines as it is to be."""

    key: str
    data: bytes


class RejectedLinesStep:
    """Takes what the member wrote out of lists of rejected lines, which rest as long as the file does."""

    name = "rejected_lines"

    def __init__(self, jobs: JobStore, uploads: Uploads, clock: Clock) -> None:
        self._imports, self._uploads, self._clock = ImportJobs(jobs), uploads, clock

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. One import at a time: it may have a thousand lists."""
        page = self._imports.page(erasure.tenant_id, 1, erasure.after)
        some, end, is_last = piece_of(page, 1, erasure, lambda one: one.id)
        lists, lines = list[_Lines](), 0
        for key in (key for job in some for key in self._lists_of(job)):
            made, changed = _without(self._uploads.read(key), erasure.words)
            if changed:
                lists.append(_Lines(key, made))
                lines += changed
        return Found(lists, {"rejected_lines": lines} if lines else {}, end, is_last)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for one in found.items:
            self._uploads.write(one.key, one.data)
        return None

    def _lists_of(self, job: ImportJob) -> list[str]:
        """Those that may still be there."""
        if job.created_at < self._clock.now() - FILES_KEPT_MS - 86_400_000:
            return []
        results = self._imports.results(job)
        return [job.result_key("rejected", number) for number, result in results.items() if result.rejected]


def _without(data: bytes | None, words: list[str]) -> tuple[bytes, int]:
    """The list without the values that are about somebody, and from how many lines it took some."""
    changed, lines = 0, []
    for line in (data or b"").splitlines():
        document = json.loads(line)
        about = [one for one in document["problems"] if one.get("value") is not None and is_about(one["value"], words)]
        for problem in about:
            problem["value"] = None
        changed += bool(about)
        lines.append(json.dumps(document) + "\n")
    return "".join(lines).encode(), changed
