"""Archives of a member that were made and not yet forgotten: an erasure deletes them."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.audit.entries import subject_of
from ariia.domain.privacy.export import MemberExport
from ariia.ports.personal_data import Erasing, Found, piece_of
from ariia.ports.uploads import Uploads
from ariia.services.privacy.jobs import ExportJobs

_PAGE = 50


class ArchivesStep:
    """Deletes the archive, its parts and the job."""

    name = "archives"
    # The keys of archives and their jobs name nobody.
    tables = ()

    def __init__(self, exports: ExportJobs, uploads: Uploads) -> None:
        self._exports, self._uploads = exports, uploads

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._exports.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        subject = subject_of(erasure.tenant_id, erasure.who)
        mine = [one for one in some if one.subject == subject]
        return Found(mine, {"archives": len(mine)} if mine else {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        archives: Sequence[MemberExport] = found.items
        for export in archives:
            self._uploads.delete([export.key, *export.part_keys])
            self._exports.delete(export)
        return None
