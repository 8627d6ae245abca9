"""Exports of members as a client sees them: asked for, followed, and downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.audit.entries import AuditEntry, AuditKind, subject_of
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, NotFoundError
from ariia.domain.privacy.export import ExportState, MemberExport
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.ports.audit import AuditTrail
from ariia.ports.clock import Clock, Ids
from ariia.ports.members.members import MemberScan
from ariia.ports.uploads import Uploads
from ariia.services.privacy.jobs import ExportJobs
from ariia.services.privacy.runs import FORGOTTEN_MS, work_on
from ariia.services.revisits import SOON, Revisits

_FILE_NAME = "member-data.zip"
_DOWNLOAD_SECONDS = 900


@dataclass(frozen=True)
class ExportView:
    """An export as it stands; the `url` is there while the archive is, and good until `url_expires_at` (epoch ms)."""

    export: MemberExport
    state: ExportState
    url: str | None = None
    url_expires_at: int | None = None


class MemberExports:
    """Use cases around exports. The archive itself is made in the background."""

    def __init__(
        self,
        jobs: ExportJobs,
        revisits: Revisits,
        members: MemberScan,
        trail: AuditTrail,
        uploads: Uploads,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._jobs, self._revisits, self._members, self._trail = jobs, revisits, members, trail
        self._uploads, self._clock, self._ids = uploads, clock, ids

    def start(self, tenant_id: str, member_id: str, by: str, creation: Creation | None = None) -> Created[ExportView]:
        """A new export of this member. NotFoundError; InvalidError for a key that was used otherwise; TransientError:
        ask again."""
        export = self._jobs.find(tenant_id, creation.id) if creation else None
        is_new = export is None
        if export is not None:
            require_same(creation, export.fingerprint)
        else:
            export = self._create(tenant_id, member_id, by, creation)
        if not export.is_over:
            # Again for one that was asked for before: its first request may have crashed before this.
            self._trail.append(tenant_id, [_entry(export, member_id)], f"{export.id[:26]}-export")
            self._revisits.arrange(_work_on(export), SOON)
        return Created(self._view(export), replayed=not is_new)

    def get(self, tenant_id: str, export_id: str) -> ExportView:
        """The export as it stands; NotFoundError. One whose attempts all crashed is started again."""
        export = self._jobs.get(tenant_id, export_id)
        if not export.is_over and self._clock.now() - export.touched_at > FORGOTTEN_MS:
            self._revisits.arrange(_work_on(export), SOON)
        return self._view(export)

    def _create(self, tenant_id: str, member_id: str, by: str, creation: Creation | None) -> MemberExport:
        if not self._members.get_many(tenant_id, [member_id]):
            raise NotFoundError(f"there is no member {member_id[:64]}")
        export = MemberExport(
            id=creation.id if creation else self._ids.new(),
            tenant_id=tenant_id,
            subject=subject_of(tenant_id, member_id),
            requested_by=by,
            requested_at=self._clock.now(),
            member_id=member_id,
            fingerprint=creation.fingerprint if creation else None,
        )
        if not self._jobs.create(export):
            raise ConflictError("this export is being asked for by somebody else at the same time; ask again")
        return export

    def _view(self, export: MemberExport) -> ExportView:
        now = self._clock.now()
        state = export.state(now)
        if state is not ExportState.DONE:
            return ExportView(export, state)
        seconds = min(_DOWNLOAD_SECONDS, max(1, (export.expires_at - now) // 1000))
        url = self._uploads.download_url(export.key, _FILE_NAME, seconds)
        return ExportView(export, state, url, now + seconds * 1000)


def _entry(export: MemberExport, member_id: str) -> AuditEntry:
    return AuditEntry(
        AuditKind.EXPORT,
        "requested",
        export.requested_at,
        export.requested_by,
        member_id=member_id,
        subject=export.subject,
        details={"export": export.id},
    )


def _work_on(export: MemberExport) -> Revisit:
    return work_on(RevisitKind.EXPORT, export.tenant_id, export.id)
