"""Follow-ups and events in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import RLock

from ariia.domain.documents import decode, encode
from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.ports.events import EventStore
from ariia.ports.follow_ups import FollowUpStore


class MemoryFollowUps(FollowUpStore):
    """FollowUpStore that forgets at exit; each call is one atomic step."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._texts: dict[tuple[str, str], str] = {}

    def create(self, follow_up: ScheduledFollowUp) -> bool:
        with self._lock:
            if (follow_up.tenant_id, follow_up.id) in self._texts:
                return False
            follow_up.version = 1
            self._texts[follow_up.tenant_id, follow_up.id] = json.dumps(encode(follow_up))
            return True

    def get(self, tenant_id: str, follow_up_id: str) -> ScheduledFollowUp | None:
        text = self._texts.get((tenant_id, follow_up_id))
        return decode(ScheduledFollowUp, json.loads(text)) if text else None

    def save(self, follow_up: ScheduledFollowUp) -> bool:
        with self._lock:
            stored = self.get(follow_up.tenant_id, follow_up.id)
            if stored is None or stored.version != follow_up.version:
                return False
            follow_up.version += 1
            self._texts[follow_up.tenant_id, follow_up.id] = json.dumps(encode(follow_up))
            return True

    def remove(self, follow_up: ScheduledFollowUp) -> None:
        with self._lock:
            self._texts.pop((follow_up.tenant_id, follow_up.id), None)

    def of_member(
        self, tenant_id: str, member_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        return self._page(tenant_id, lambda one: one.member_id == member_id, limit, after)

    def of_conversation(
        self, tenant_id: str, conversation_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        return self._page(tenant_id, lambda one: one.conversation_id == conversation_id, limit, after)

    def open_of_member(self, tenant_id: str, member_id: str) -> list[ScheduledFollowUp]:
        return [one for one in self._all(tenant_id) if one.member_id == member_id and not one.is_over]

    def _page(
        self, tenant_id: str, wanted: Callable[[ScheduledFollowUp], bool], limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        places = {f"{one.created_at:013d}#{one.id}": one for one in self._all(tenant_id) if wanted(one)}
        behind = sorted((place for place in places if after is None or place < after), reverse=True)
        page = behind[:limit]
        return [places[one] for one in page], page[-1] if len(page) == limit else None

    def _all(self, tenant_id: str) -> list[ScheduledFollowUp]:
        found = [self.get(*key) for key in sorted(self._texts) if key[0] == tenant_id]
        return [one for one in found if one is not None]


class MemoryEvents(EventStore):
    """EventStore that forgets at exit."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def put(self, event: MemberEvent) -> bool:
        if (event.tenant_id, event.id) in self._texts:
            return False
        self.note_handled(event)
        return True

    def get(self, tenant_id: str, event_id: str) -> MemberEvent | None:
        text = self._texts.get((tenant_id, event_id))
        return decode(MemberEvent, json.loads(text)) if text else None

    def note_handled(self, event: MemberEvent) -> None:
        self._texts[event.tenant_id, event.id] = json.dumps(encode(event))

    def remove(self, event: MemberEvent) -> None:
        self._texts.pop((event.tenant_id, event.id), None)

    def of_member(self, tenant_id: str, member_id: str, limit: int, after: str | None) -> list[MemberEvent]:
        found = [self.get(*key) for key in self._texts if key[0] == tenant_id]
        mine = [one for one in found if one is not None and one.member_id == member_id]
        places = {one.position: one for one in mine}
        return [places[one] for one in sorted(places, reverse=True) if after is None or one < after][:limit]
