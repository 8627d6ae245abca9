"""Erasures as a client sees them: asked for, followed, and proven."""

from __future__ import annotations

from ariia.domain.audit.entries import subject_of
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, NotFoundError
from ariia.domain.privacy.erasure import Erasure, ErasureReason
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.ports.audit import AuditTrail
from ariia.ports.clock import Clock, Ids
from ariia.ports.members.members import ErasureMarks, MemberScan
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.jobs import ErasureJobs
from ariia.services.privacy.runs import FORGOTTEN_MS, work_on
from ariia.services.revisits import SOON, Revisits


class Erasures:
    """Use cases around erasures. When `start` has answered, the member is gone for everything that begins from then on;
    what is left of them in the past is taken away in the background."""

    def __init__(
        self,
        jobs: ErasureJobs,
        beginning: ErasureBeginning,
        revisits: Revisits,
        marks: ErasureMarks,
        members: MemberScan,
        trail: AuditTrail,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._jobs, self._beginning, self._revisits, self._marks = jobs, beginning, revisits, marks
        self._members, self._trail, self._clock, self._ids = members, trail, clock, ids

    def start(
        self, tenant_id: str, member_id: str, reason: ErasureReason, by: str, creation: Creation | None = None
    ) -> Created[Erasure]:
        """The erasure of this member: a new one, or the one that goes on or has been. Members who were deleted before
        can be erased too. NotFoundError when nothing is known of such a member; InvalidError for a key that was used
        otherwise; TransientError: ask again."""
        erasure = self._earlier(tenant_id, member_id, creation)
        is_new = erasure is None
        if erasure is None:
            self._require_known(tenant_id, member_id)
            erasure = self._create(tenant_id, member_id, reason, by, creation)
        if not erasure.is_over and erasure.begun_at is None:
            # The look first: should this crash, it goes on from there.
            self._revisits.arrange(_work_on(erasure), SOON)
            self._beginning.begin(erasure)
        return Created(self.get(tenant_id, erasure.id), replayed=not is_new)

    def get(self, tenant_id: str, erasure_id: str) -> Erasure:
        """The erasure as it stands; NotFoundError. One whose attempts all crashed is started again."""
        erasure = self._jobs.get(tenant_id, erasure_id)
        if erasure.same_as is not None:
            return self.get(tenant_id, erasure.same_as)
        if not erasure.is_over and self._clock.now() - erasure.touched_at > FORGOTTEN_MS:
            self._revisits.arrange(_work_on(erasure), SOON)
        return erasure

    def page(self, tenant_id: str, limit: int, after: str | None) -> tuple[list[Erasure], str | None]:
        """Up to `limit` erasures in descending order of id, behind the id `after`, and where to go on; None = that was
        the end."""
        page = self._jobs.page(tenant_id, limit, after)
        return [one for one in page if one.same_as is None], page[-1].id if len(page) == limit else None

    def _earlier(self, tenant_id: str, member_id: str, creation: Creation | None) -> Erasure | None:
        """What was asked for under the same key, or has marked the member: unless the member came back since."""
        known = self._jobs.find(tenant_id, creation.id) if creation else None
        if known is not None:
            require_same(creation, known.fingerprint)
            return known
        mark = self._marks.marks(tenant_id, [member_id]).get(member_id)
        if mark is None or (mark.done and self._members.get_many(tenant_id, [member_id])):
            return None
        return self._jobs.find(tenant_id, mark.id)

    def _require_known(self, tenant_id: str, member_id: str) -> None:
        """Of a deleted member the trail tells that there was one."""
        if self._members.get_many(tenant_id, [member_id]):
            return
        if not self._trail.page_of_member(tenant_id, subject_of(tenant_id, member_id), 1, None).entries:
            raise NotFoundError(f"there is no member {member_id[:64]}")

    def _create(
        self, tenant_id: str, member_id: str, reason: ErasureReason, by: str, creation: Creation | None
    ) -> Erasure:
        erasure = Erasure(
            id=creation.id if creation else self._ids.new(),
            tenant_id=tenant_id,
            reason=reason,
            requested_by=by,
            requested_at=self._clock.now(),
            member_id=member_id,
            fingerprint=creation.fingerprint if creation else None,
        )
        if not self._jobs.create(erasure):
            raise ConflictError("this erasure is being asked for by somebody else at the same time; ask again")
        return erasure


def _work_on(erasure: Erasure) -> Revisit:
    return work_on(RevisitKind.ERASURE, erasure.tenant_id, erasure.id)
