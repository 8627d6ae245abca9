"""The moment from which on a member is gone: the mark that keeps them out, and the row that leaves, in one step."""

from __future__ import annotations

from ariia.domain.audit.entries import subject_of
from ariia.domain.errors import TransientError
from ariia.domain.privacy.erasure import Erasure, begun_entry
from ariia.ports.clock import Clock
from ariia.ports.erasures import ErasureStore
from ariia.ports.members.members import MemberScan
from ariia.ports.personal_data import Erasing, Found
from ariia.services.privacy.jobs import ErasureJobs

_TRIES = 8


class ErasureBeginning:
    """Puts the mark. From then on the member is no member: nothing is planned, sent or stored for them, and coming back
    takes a consent from after the erasure (domain/erasure_mark)."""

    def __init__(self, store: ErasureStore, members: MemberScan, jobs: ErasureJobs, clock: Clock) -> None:
        self._store, self._members, self._jobs, self._clock = store, members, jobs, clock

    def begin(self, erasure: Erasure) -> None:
        """Begins it, once, whoever tries and however often; it is `same_as` another one that began before.
        TransientError when the member keeps changing."""
        for _ in range(_TRIES):
            if erasure.begun_at is not None or erasure.is_over:
                return
            mark = self._store.marks(erasure.tenant_id, [erasure.who]).get(erasure.who)
            if mark is not None and mark.id == erasure.id:
                erasure.begun_at = mark.at
                self._jobs.save(erasure)
            elif mark is not None and not mark.done:
                erasure.same_as = mark.id
                erasure.forget()
                self._jobs.save(erasure)
            else:
                self.take_out(erasure)
        raise TransientError("the member changes too often at present; try again")

    def take_out(self, erasure: Erasure) -> bool:
        """Tries to remove the member's row under this erasure's mark. What will be needed later is written down first,
        as the row is gone then. False when the member changed meanwhile."""
        member = self._members.get_many(erasure.tenant_id, [erasure.who]).get(erasure.who)
        erasure.look_at(member)
        erasure.counts["members"] = max(erasure.counts.get("members", 0), int(member is not None))
        self._jobs.save(erasure)
        mark = erasure.mark_at(self._clock.now())
        subject = subject_of(erasure.tenant_id, erasure.who)
        return self._store.begin(erasure.tenant_id, erasure.who, member, mark, begun_entry(erasure, mark, subject))


class RowStep:
    """Looks once more whether there is a row: a request that read the member before the mark may have written it. With
    the row goes the place at each address, and the note of a suppression that was about nobody else."""

    name = "row"
    tables = ("members", "addresses", "suppressions")

    def __init__(self, members: MemberScan, beginning: ErasureBeginning) -> None:
        self._members, self._beginning = members, beginning

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. The member was counted when it began."""
        return Found(list(self._members.get_many(erasure.tenant_id, [erasure.who])))

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        # It belongs to the engine, and begins the erasure itself once more.
        assert isinstance(erasure, Erasure)
        if found.items and not self._beginning.take_out(erasure):
            raise TransientError("the member's row changed; it is looked for again")
        return None
