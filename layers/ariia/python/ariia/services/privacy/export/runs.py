"""Making a member's archive: section by section, page by page into parts, then everything into one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ariia.domain.members.member import Member
from ariia.domain.privacy.archive import MESSAGES, archive
from ariia.domain.privacy.export import MemberExport
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberScan
from ariia.ports.personal_data import ExportSection
from ariia.ports.tenants import TenantStore
from ariia.ports.uploads import Uploads
from ariia.services.privacy.jobs import ExportJobs

_GONE = "the member is gone"
_ZIP = "application/zip"


class ExportRuns:
    """Works on exports. A part is written before the job says so, and written again to the same place."""

    def __init__(
        self,
        jobs: ExportJobs,
        uploads: Uploads,
        sections: Sequence[ExportSection],
        members: MemberScan,
        tenants: TenantStore,
        clock: Clock,
    ) -> None:
        """The archive has its documents in the order of the sections."""
        self._jobs, self._uploads, self._sections = jobs, uploads, sections
        self._members, self._tenants, self._clock = members, tenants, clock

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
        for section in self._sections:
            while section.name not in export.sections_done:
                self._tell(export, section, member)
                if export.after is not None and self._clock.now() >= ends_at:
                    return self._clock.now()
        self._finish(export)
        return None

    def _tell(self, export: MemberExport, section: ExportSection, member: Member) -> None:
        """The next page of the section into a part."""
        told = section.page(member, export.after)
        if told.rows:
            part = {"document": section.document, "rows": told.rows}
            self._uploads.write(export.part_key(export.parts), json.dumps(part).encode())
            export.parts += 1
        export.messages += len(told.rows) if section.document == MESSAGES else 0
        export.go_on(section.name, told.after)
        self._jobs.save(export)

    def _finish(self, export: MemberExport) -> None:
        tenant = self._tenants.get(export.tenant_id)
        name = tenant.name if tenant else export.tenant_id
        data = archive(name, self._told(export), export.requested_at)
        self._uploads.write(export.key, data, _ZIP)
        keys = export.part_keys
        export.end(self._clock.now(), size=len(data))
        self._jobs.save(export)
        self._uploads.delete(keys)

    def _told(self, export: MemberExport) -> dict[str, list[dict[str, Any]]]:
        """All rows by document; of nothing there is an empty list."""
        told: dict[str, list[dict[str, Any]]] = {section.document: [] for section in self._sections}
        for number in range(export.parts):
            data = self._uploads.read(export.part_key(number))
            if data is not None:
                part = json.loads(data)
                told[part["document"]] += part["rows"]
        return told
