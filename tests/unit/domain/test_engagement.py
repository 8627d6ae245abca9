"""What events say about members."""

from __future__ import annotations

import pytest

from ariia.domain.batch import BatchKey
from ariia.domain.engagement import engagement_in
from ariia.domain.member import Engagement
from ariia.domain.provider_event import ProviderEvent
from ariia.domain.receipt import EventKind

KEY = BatchKey("t1", "c1", 0, "a", "l0", 0)


@pytest.mark.parametrize(
    ("kind", "noted"),
    [
        (EventKind.DELIVERED, {"last_sent_at"}),
        (EventKind.OPENED, {"last_opened_at", "last_interaction_at"}),
        (EventKind.CLICKED, {"last_clicked_at", "last_interaction_at"}),
        (EventKind.COMPLAINED, {"last_interaction_at"}),
        (EventKind.MACHINE_OPENED, set()),
        (EventKind.MACHINE_CLICKED, set()),
        (EventKind.BOUNCED, set()),
        (None, set()),
    ],
)
def test_only_what_the_member_did_or_got_is_noted(kind: EventKind | None, noted: set[str]) -> None:
    found = engagement_in([ProviderEvent(kind, 7, KEY, 1, "anna"), ProviderEvent(kind, 5, KEY, 1, "anna")])
    assert found == ({("t1", "anna"): Engagement(**dict.fromkeys(noted, 7))} if noted else {})
