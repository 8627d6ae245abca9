"""What members were sent and did, kept with them to the day, so that segments can ask for it.

Each instant moves forward only when a later day (UTC) comes: at most one write a member and day for each of them, and
the day is the same in whatever order and however often the events come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from .member import Engagement
from .provider_event import ProviderEvent
from .receipt import EventKind

_DAY_MS = 86_400_000
_NOTED = {
    EventKind.DELIVERED: ("last_sent_at",),
    EventKind.OPENED: ("last_opened_at", "last_interaction_at"),
    EventKind.CLICKED: ("last_clicked_at", "last_interaction_at"),
    EventKind.UNSUBSCRIBED: ("last_interaction_at",),
    EventKind.COMPLAINED: ("last_interaction_at",),
}
NAMES = tuple(field.name for field in fields(Engagement))


def day_of(at: int) -> int:
    """The start (epoch ms) of the day in UTC."""
    return at - at % _DAY_MS


def engagement_in(events: Iterable[ProviderEvent]) -> dict[tuple[str, str], Engagement]:
    """What the events say of each (tenant, member). A message is counted as sent when its delivery is reported; what
    machines open and click is no act of the member."""
    found: dict[tuple[str, str], Engagement] = {}
    for event in events:
        for name in _NOTED.get(event.kind, ()) if event.kind is not None else ():
            place = (event.batch.tenant_id, event.member_id)
            known = found.get(place, Engagement())
            found[place] = replace(known, **{name: max(event.at, getattr(known, name) or 0)})
    return found


def news(stored: Engagement, seen: Engagement) -> dict[str, int]:
    """Those instants of `seen` that lie on a later day than the stored ones, by name."""
    later = {}
    for name in NAMES:
        at, known = getattr(seen, name), getattr(stored, name)
        if at is not None and (known is None or day_of(at) > day_of(known)):
            later[name] = at
    return later
