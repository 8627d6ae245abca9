"""What members were sent and did, kept with them to the day, so that segments can ask for it.

Each instant moves forward only when a later day (UTC) comes: at most one write a member and day for each of them, and
the day is the same in whatever order and however often the events come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.member import Engagement

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
        names = _NOTED.get(event.kind, ()) if event.kind is not None else ()
        if names:
            place = (event.batch.tenant_id, event.member_id)
            found[place] = latest(found.get(place, Engagement()), Engagement(**dict.fromkeys(names, event.at)))
    return found


def latest(one: Engagement, other: Engagement) -> Engagement:
    """The later of each instant."""
    return Engagement(**{name: _later(getattr(one, name), getattr(other, name)) for name in NAMES})


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def since(seen: Engagement, joined_at: int) -> Engagement:
    """Without what happened before `joined_at` (epoch ms): it was about somebody who had the same id before."""
    early = {name: None for name in NAMES if (getattr(seen, name) or joined_at) < joined_at}
    return replace(seen, **early)


def news(stored: Engagement, seen: Engagement) -> dict[str, int]:
    """Those instants of `seen` that lie on a later day than the stored ones, by name."""
    later = {}
    for name in NAMES:
        at, known = getattr(seen, name), getattr(stored, name)
        if at is not None and (known is None or day_of(at) > day_of(known)):
            later[name] = at
    return later
