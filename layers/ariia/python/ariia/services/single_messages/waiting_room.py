"""Single messages that wait for what may be lifted at any time (quiet hours, a cap, a sender that is not verified), and
how they hear of it. Nobody looks at them meanwhile: a look costs a hundredth of an e-mail, and nights are long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariia.domain.identifiers import derived_id
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore
from ariia.ports.schedules import Lifting, OneTimeSchedules

_KIND = "waiting"
_KEPT_MS = 86_400_000
# Longer than a request of the API lasts: what it lifts is stored by then, or never.
_LIFTED_AFTER_MS = 30_000
_PAGE = 100
# How many looks may begin in the same second.
_PER_SECOND = 20
_LONGEST_MS = 30_000


class WaitingRoom:
    """Who waits, by tenant: the payload of the schedule that each waits for."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def enter(self, tenant_id: str, key: str, until: int, payload: Mapping[str, Any]) -> None:
        """Notes that the schedule with this payload fires at `until` (epoch ms) unless what `key` waits for is lifted
        before. Whoever enters looks once more then: what was lifted a moment before would not be told."""
        document = {"until": until, "payload": dict(payload)}
        note = Job(tenant_id, _KIND, key, document, expires_at=(until + _KEPT_MS) // 1000)
        if not self._jobs.create(note):
            stored = self._jobs.get(tenant_id, _KIND, key)
            note.version = stored.version if stored else 0
            self._jobs.save(note)

    def page(self, tenant_id: str, after: str | None) -> list[Job]:
        """Up to 100 notes in descending order of their keys, behind `after`; fewer = the end."""
        return self._jobs.page(tenant_id, _KIND, _PAGE, after)


class ScheduledLifting(Lifting):
    """Says so by a schedule."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def announce(self, tenant_id: str) -> None:
        """Lets those who wait look, in half a minute. Called before the change is stored, so that no crash keeps it
        from them; if it is not stored then, they find that nothing changed. TransientError: try again."""
        at = self._clock.now() + _LIFTED_AFTER_MS
        self._schedules.create(_name(tenant_id, "", at), at, _payload(tenant_id, ""))


class LiftedLooks:
    """Wakes those who wait."""

    def __init__(self, room: WaitingRoom, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._room, self._schedules, self._clock = room, schedules, clock

    def look(self, tenant_id: str, after: str) -> int:
        """Lets everybody behind the key `after` look in some seconds; how many they are. Goes on by another schedule
        when there are more than one invocation can wake."""
        woken, began = 0, self._clock.now()
        while True:
            page = self._room.page(tenant_id, after or None)
            for note in page:
                woken += self._wake(note, began + 1000 * (1 + woken // _PER_SECOND))
            if len(page) < _PAGE:
                return woken
            after = page[-1].id
            if self._clock.now() - began > _LONGEST_MS:
                at = self._clock.now() + 1000
                self._schedules.create(_name(tenant_id, after, at), at, _payload(tenant_id, after))
                return woken

    def _wake(self, note: Job, at: int) -> int:
        """1, or 0 for one that is due by itself."""
        if note.document["until"] <= at:
            return 0
        self._schedules.create(_name(note.tenant_id, note.id, at), at, note.document["payload"])
        return 1


def _payload(tenant_id: str, after: str) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "lifted": after}


def _name(tenant_id: str, key: str, at: int) -> str:
    return f"{derived_id(tenant_id, _KIND, key)}-{-(-at // 1000)}"
