"""What the provider's events say of the engagement of members."""

from __future__ import annotations

from collections.abc import Iterable

from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.engagement import latest
from ariia.domain.members.member import Engagement

_NOTED = {
    EventKind.DELIVERED: ("last_sent_at",),
    EventKind.OPENED: ("last_opened_at", "last_interaction_at"),
    EventKind.CLICKED: ("last_clicked_at", "last_interaction_at"),
    EventKind.UNSUBSCRIBED: ("last_interaction_at",),
    EventKind.COMPLAINED: ("last_interaction_at",),
}


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
