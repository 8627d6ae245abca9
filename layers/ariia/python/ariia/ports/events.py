"""Where the events of members rest, and who reacts to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ariia.domain.events import MemberEvent


class EventStore(Protocol):
    """Events of members, each once by its id."""

    def put(self, event: MemberEvent) -> bool:
        """Stores the event if its id is new in the tenant; False when it is not."""
        ...

    def get(self, tenant_id: str, event_id: str) -> MemberEvent | None:
        """The event; None when the tenant has no such one."""
        ...

    def note_handled(self, event: MemberEvent) -> None:
        """Stores what the event did; repeating it changes nothing."""
        ...

    def remove(self, event: MemberEvent) -> None:
        """Takes the event away, its id with it; one that is gone stays gone."""
        ...

    def of_member(self, tenant_id: str, member_id: str, limit: int, after: str | None) -> list[MemberEvent]:
        """Up to `limit` of a member's events, newest first, behind the `position` of one."""
        ...


class Reaction(Protocol):
    """What a room does when something happened to a member, before the event's sender is answered."""

    def react(self, event: MemberEvent, by: str, note: Callable[[], None]) -> None:
        """Does it on behalf of `by`. What the reaction writes into `event` is stored by `note`. It is called again with
        the same event until it came to its end, and comes to the same."""
        ...
