"""Making a member's archive: campaign by campaign into parts, then everything into one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ariia.domain.members.member import Member
from ariia.domain.privacy.archive import archive
from ariia.domain.privacy.export import MemberExport
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.members import MemberScan
from ariia.ports.uploads import Uploads
from ariia.services.privacy.export.jobs import ExportJobs
from ariia.services.privacy.export.member_facts import MemberFactsReader
from ariia.services.privacy.export.member_messages import MemberMessages

_CAMPAIGNS = 25
_GONE = "the member is gone"
_ZIP = "application/zip"


class ExportRuns:
    """Works on exports. A part is written before the job says so, and written again to the same place."""

    def __init__(
        self,
        jobs: ExportJobs,
        uploads: Uploads,
        messages: MemberMessages,
        facts: MemberFactsReader,
        campaigns: CampaignStore,
        members: MemberScan,
        clock: Clock,
    ) -> None:
        self._jobs, self._uploads, self._messages, self._facts = jobs, uploads, messages, facts
        self._campaigns, self._members, self._clock = campaigns, members, clock

    def work(self, tenant_id: str, job_id: str, ends_at: int) -> int | None:
        """See PrivacyWork."""
        export = self._jobs.find(tenant_id, job_id)
        if export is None or export.is_over or export.member_id is None:
            return None
        member = self._members.get_many(tenant_id, [export.member_id]).get(export.member_id)
        if member is None:
            self._uploads.delete([export.key, *export.part_keys])
            export.end(self._clock.now(), failure=_GONE)
            self._jobs.save(export)
            return None
        while self._walk(export, member):
            if self._clock.now() >= ends_at:
                return self._clock.now()
        self._finish(export, member)
        return None

    def _walk(self, export: MemberExport, member: Member) -> bool:
        """One piece of the campaigns into a part; False when none is left."""
        page = self._campaigns.page(export.tenant_id, _CAMPAIGNS, export.after)
        rows = [row for campaign in page for row in self._messages.of_campaign(campaign, member)]
        if not page:
            return False
        if rows:
            self._uploads.write(export.part_key(export.parts), json.dumps(rows).encode())
            export.parts += 1
            export.messages += len(rows)
        export.after = page[-1].id
        self._jobs.save(export)
        return len(page) == _CAMPAIGNS

    def _finish(self, export: MemberExport, member: Member) -> None:
        follow_ups = list(self._facts.follow_ups(member))
        singles = [*(one.container_id for one in follow_ups), *self._facts.confirmations(member)]
        rows = [*self._parts(export), *(row for one in singles for row in self._messages.of_single(one, member))]
        data = archive(self._facts.of(member, rows, follow_ups), export.requested_at)
        self._uploads.write(export.key, data, _ZIP)
        keys, export.messages = export.part_keys, len(rows)
        export.end(self._clock.now(), size=len(data))
        self._jobs.save(export)
        self._uploads.delete(keys)

    def _parts(self, export: MemberExport) -> Iterator[dict[str, Any]]:
        for number in range(export.parts):
            data = self._uploads.read(export.part_key(number))
            yield from json.loads(data) if data is not None else ()
