"""An event that comes after the outcome, or after the silence, still has its say."""

from __future__ import annotations

import pytest

from ariia.domain.ledger.batch import BatchKey, Entry, EntryState
from ariia.domain.ledger.evidence import corrected, is_open
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind, Receipt

KEY = BatchKey("studio", "spring", 1, "anna", "l0", 0)
E = EntryState
HELD = Entry("anna", E.EXCLUDED, "needs_decision")


def event(kind: EventKind | None, attempt: int = 1) -> ProviderEvent:
    return ProviderEvent(kind, 77, KEY, attempt, "anna", provider_id="ses-1", reason="virus")


@pytest.mark.parametrize("entry", [Entry("anna"), HELD, Entry("anna", E.FAILED, "rejected", 2)])
@pytest.mark.parametrize("kind", list(EventKind))
def test_any_sign_of_an_attempt_shows_that_it_was_accepted(entry: Entry, kind: EventKind) -> None:
    assert is_open(entry)
    assert corrected(entry, event(kind)) == Entry("anna", E.ACCEPTED, "ses-1", 1, 77)


def test_a_refusal_fails_the_attempt_that_was_accepted() -> None:
    entry = Entry("anna", E.ACCEPTED, "ses-1", 1, 5)
    assert corrected(entry, event(None)) == Entry("anna", E.FAILED, "virus", 1)


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        (Entry("anna", E.ACCEPTED, "ses-2", 2, 5), event(None, attempt=1)),
        (Entry("anna", E.ACCEPTED, "ses-2", 2, 5), event(EventKind.OPENED, attempt=1)),
        (Entry("anna", E.FAILED, "virus", 1), event(EventKind.SENT, attempt=1)),
        (Entry("anna", E.FAILED, "virus", 1), event(None, attempt=1)),
        (Entry("anna", E.EXCLUDED, "no_consent"), event(EventKind.OPENED)),
        (Entry("anna"), event(EventKind.UNSUBSCRIBED, attempt=0)),
        (Entry("anna"), event(None)),
    ],
)
def test_what_is_no_news_changes_nothing(entry: Entry, given: ProviderEvent) -> None:
    assert corrected(entry, given) == entry


def test_a_doubled_event_of_a_refused_attempt_does_not_revive_it() -> None:
    refused = Receipt(accepted_attempts=[1], refused_attempts={"1": "virus"})
    assert corrected(Entry("anna"), event(EventKind.SENT), refused) == Entry("anna")
    assert corrected(Entry("anna"), event(EventKind.SENT, attempt=2), refused).state is E.ACCEPTED
