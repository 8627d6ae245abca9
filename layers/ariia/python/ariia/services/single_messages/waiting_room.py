"""Single messages that wait for what may be lifted at any time (quiet hours, a cap, a sender that is not verified), and
how they hear of it. Nobody looks at them meanwhile: a look costs a hundredth of an e-mail, and nights are long."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.revisits import Revisit, RevisitKind
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore
from ariia.ports.schedules import Lifting
from ariia.services.revisits import REQUEST_MS, SOON_MS, Revisits

_KIND = "waiting"
_KEPT_MS = 86_400_000
_PAGE = 100
# How many looks may begin in the same second.
_PER_SECOND = 20
_LONGEST_MS = 30_000


class WaitingRoom:
    """The messages that wait, by tenant: the look that each waits for."""

    def __init__(self, jobs: JobStore, revisits: Revisits) -> None:
        self._jobs, self._revisits = jobs, revisits

    def look(self, revisit: Revisit, after_ms: int, work: Callable[[], int | None]) -> None:
        """Does `work` as `Revisits.look` does, no sooner again than `after_ms` ahead. A message that waits for longer
        is noted and `work` done once more: a change a moment before the note would not have woken it."""

        def noted(again: int) -> int | None:
            wake_at = work()
            if wake_at is not None and wake_at > again:
                self._enter(revisit, wake_at)
                wake_at = work()
            return None if wake_at is None else max(wake_at, again)

        self._revisits.look(revisit, after_ms, noted)

    def _enter(self, revisit: Revisit, until: int) -> None:
        document = {"until": until, "kind": revisit.kind.value, "facts": dict(revisit.facts)}
        note = Job(revisit.tenant_id, _KIND, revisit.key, document, expires_at=(until + _KEPT_MS) // 1000)
        if not self._jobs.create(note):
            stored = self._jobs.get(revisit.tenant_id, _KIND, revisit.key)
            note.version = stored.version if stored else 0
            self._jobs.save(note)

    def page(self, tenant_id: str, after: str | None) -> list[Job]:
        """Up to 100 notes in descending order of their keys, behind `after`; fewer = the end."""
        return self._jobs.page(tenant_id, _KIND, _PAGE, after)


class ScheduledLifting(Lifting):
    """Says so by a schedule."""

    def __init__(self, revisits: Revisits, clock: Clock) -> None:
        self._revisits, self._clock = revisits, clock

    def announce(self, tenant_id: str) -> None:
        """Lets those who wait look, in half a minute. Called before the change is stored, so that no crash keeps it
        from them; if it is not stored then, they find that nothing changed. TransientError: try again."""
        self._revisits.arrange(_lifted(tenant_id, ""), self._clock.now() + REQUEST_MS)


class LiftedLooks:
    """Wakes those who wait."""

    def __init__(self, room: WaitingRoom, revisits: Revisits, clock: Clock) -> None:
        self._room, self._revisits, self._clock = room, revisits, clock

    def look(self, tenant_id: str, after: str) -> int:
        """Lets everybody behind the key `after` look in some seconds; how many they are. Another look goes on when
        there are more than one invocation can wake."""
        woken, began = 0, self._clock.now()
        while True:
            page = self._room.page(tenant_id, after or None)
            for note in page:
                woken += self._wake(note, began + SOON_MS + 1000 * (woken // _PER_SECOND))
            if len(page) < _PAGE:
                return woken
            after = page[-1].id
            if self._clock.now() - began > _LONGEST_MS:
                self._revisits.arrange(_lifted(tenant_id, after), self._clock.now())
                return woken

    def _wake(self, note: Job, at: int) -> int:
        """1, or 0 for one that is due by itself."""
        if note.document["until"] <= at:
            return 0
        kind = RevisitKind(note.document["kind"])
        self._revisits.arrange(Revisit(kind, note.tenant_id, note.id, note.document["facts"]), at)
        return 1


def _lifted(tenant_id: str, after: str) -> Revisit:
    return Revisit(RevisitKind.LIFTED, tenant_id, after, {"after": after})
