"""What events say about members."""

from __future__ import annotations

import pytest

from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.engagement import engagement_in
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.engagement import latest, since
from ariia.domain.members.member import Engagement

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


def test_what_is_latest_is_so_for_each_instant() -> None:
    one, other = Engagement(last_sent_at=5, last_opened_at=9), Engagement(last_sent_at=7, last_clicked_at=1)
    assert latest(one, other) == latest(other, one) == Engagement(7, 9, 1)


def test_nobody_has_a_past_under_an_id_that_was_somebody_elses() -> None:
    seen = Engagement(last_sent_at=5, last_opened_at=9, last_clicked_at=10)
    assert since(seen, 9) == Engagement(last_opened_at=9, last_clicked_at=10)
