"""Receipts: whatever comes twice, late or in any order, the row ends the same."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.ledger.batch import BatchKey, Entry, EntryState
from ariia.domain.ledger.provider_event import ProviderEvent, facts_of
from ariia.domain.ledger.receipt import EventKind, Receipt, RecipientStatus, is_bounced, merge, status_of

K, E, R = EventKind, EntryState, RecipientStatus
BATCH = BatchKey("studio", "spring", 3, "anna", "l0", 0)
AT = 1_800_000_000_000
ACCEPTED = Entry("anna", E.ACCEPTED, "provider-1", attempt=2, at=AT)

events = st.builds(
    ProviderEvent,
    kind=st.sampled_from([*EventKind, None]),
    at=st.integers(AT, AT + 20),
    batch=st.just(BATCH),
    attempt=st.integers(0, 3),
    member_id=st.just("anna"),
    provider_id=st.sampled_from(["", "provider-1", "provider-2"]),
    reason=st.sampled_from(["", "mailbox full", "unknown user"]),
    link=st.sampled_from(["", "https://x.example/a", "https://x.example/b"]),
)
entries = st.builds(
    Entry, st.just("anna"), st.sampled_from(EntryState), st.sampled_from(["", "x"]), st.integers(0, 3), st.just(AT)
)


def receipt_of(*reported: ProviderEvent) -> Receipt:
    return reduce(merge, map(facts_of, reported), Receipt())


def happened(*kinds: EventKind, refused: dict[str, str] | None = None) -> Receipt:
    times = {kind.value: AT + place for place, kind in enumerate(kinds)}
    return Receipt(times=times, refused_attempts=refused or {})


@given(st.lists(events, max_size=8), entries, st.data())
def test_any_order_and_repetition_of_events_gives_the_same_receipt_and_status(
    reported: list[ProviderEvent], entry: Entry, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(reported), max_size=4)) if reported else []
    shuffled = data.draw(st.permutations([*reported, *again]))
    once, other = receipt_of(*reported), receipt_of(*shuffled)
    assert once == other
    assert status_of(entry, once) is status_of(entry, other)


@given(st.lists(events, max_size=8), st.integers(0, 8))
def test_events_coalesced_into_one_write_give_what_single_writes_give(reported: list[ProviderEvent], cut: int) -> None:
    first, second = receipt_of(*reported[:cut]), receipt_of(*reported[cut:])
    assert merge(first, second) == merge(second, first) == receipt_of(*reported)


@given(st.lists(events, max_size=8))
def test_merging_a_receipt_with_itself_changes_nothing(reported: list[ProviderEvent]) -> None:
    receipt = receipt_of(*reported)
    assert merge(receipt, receipt) == receipt
    assert merge(receipt, Receipt()) == receipt


@given(st.lists(events, min_size=1, max_size=8))
def test_each_kind_keeps_its_earliest_instant(reported: list[ProviderEvent]) -> None:
    receipt = receipt_of(*reported)
    for kind in EventKind:
        instants = [one.at for one in reported if one.kind is kind]
        assert receipt.at(kind) == (min(instants) if instants else None)


@given(st.lists(events, max_size=8))
def test_every_event_but_a_refusal_proves_its_attempt(reported: list[ProviderEvent]) -> None:
    receipt = receipt_of(*reported)
    assert receipt.accepted_attempts == sorted({one.attempt for one in reported if one.kind and one.attempt})
    assert set(receipt.refused_attempts) == {str(one.attempt) for one in reported if one.kind is None}


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), R.SENT),
        ((K.SENT,), R.SENT),
        ((K.DELAYED,), R.SENT),
        ((K.DELIVERED,), R.DELIVERED),
        ((K.DELIVERED, K.OPENED), R.OPENED),
        ((K.OPENED,), R.OPENED),
        ((K.DELIVERED, K.OPENED, K.CLICKED), R.CLICKED),
        ((K.CLICKED,), R.CLICKED),
        ((K.BOUNCED,), R.BOUNCED),
        ((K.DELIVERED, K.BOUNCED), R.BOUNCED),
        ((K.BOUNCED, K.OPENED), R.OPENED),
        ((K.BOUNCED, K.CLICKED), R.CLICKED),
        ((K.SOFT_BOUNCED,), R.BOUNCED),
        ((K.DELIVERED, K.COMPLAINED), R.DELIVERED),
        ((K.DELIVERED, K.UNSUBSCRIBED), R.DELIVERED),
    ],
)
def test_status_is_the_strongest_of_what_happened(kinds: tuple[EventKind, ...], status: RecipientStatus) -> None:
    assert status_of(ACCEPTED, happened(*kinds)) is status
    assert status_of(ACCEPTED, happened(*reversed(kinds))) is status


@pytest.mark.parametrize(
    ("state", "status"),
    [(E.PENDING, R.PENDING), (E.ACCEPTED, R.SENT), (E.FAILED, R.FAILED), (E.EXCLUDED, R.EXCLUDED)],
)
def test_without_any_event_the_entry_alone_decides(state: EntryState, status: RecipientStatus) -> None:
    assert status_of(Entry("anna", state, attempt=1), None) is status
    assert status_of(Entry("anna", state, attempt=1), Receipt()) is status


def test_an_event_that_overtakes_the_outcome_counts_at_once() -> None:
    assert status_of(Entry("anna"), happened(K.DELIVERED)) is R.DELIVERED


def test_an_open_outweighs_a_failure_that_we_only_believed_in() -> None:
    assert status_of(Entry("anna", E.FAILED, "gave up", attempt=1), happened(K.OPENED)) is R.OPENED


@pytest.mark.parametrize("order", [(K.DELIVERED, K.SOFT_BOUNCED), (K.SOFT_BOUNCED, K.DELIVERED)])
def test_soft_bounce_of_a_delivered_message_is_no_bounce(order: tuple[EventKind, ...]) -> None:
    receipt = happened(*order)
    assert not is_bounced(receipt)
    assert status_of(ACCEPTED, receipt) is R.DELIVERED


@pytest.mark.parametrize("kind", [K.MACHINE_OPENED, K.MACHINE_CLICKED])
def test_machines_neither_open_nor_click(kind: EventKind) -> None:
    assert status_of(ACCEPTED, happened(K.DELIVERED, kind)) is R.DELIVERED
    assert status_of(ACCEPTED, happened(kind)) is R.SENT


def test_refusal_counts_for_its_own_attempt_only() -> None:
    assert status_of(ACCEPTED, happened(refused={"2": "virus"})) is R.FAILED
    assert status_of(ACCEPTED, happened(refused={"1": "virus"})) is R.SENT
    assert status_of(Entry("anna", attempt=0), happened(refused={"1": "virus"})) is R.PENDING


def test_click_keeps_its_link_and_machine_click_does_not() -> None:
    def clicked(kind: EventKind) -> Any:
        return facts_of(ProviderEvent(kind, AT, BATCH, 1, "anna", link="https://x.example/a")).links

    assert clicked(K.CLICKED) == {"https://x.example/a": AT}
    assert clicked(K.MACHINE_CLICKED) == {}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (K.BOUNCED, "hard_bounce"),
        (K.COMPLAINED, "complaint"),
        (K.SOFT_BOUNCED, None),
        (K.DELIVERED, None),
        (None, None),
    ],
)
def test_only_hard_bounce_and_complaint_end_all_sending(kind: EventKind | None, reason: str | None) -> None:
    assert ProviderEvent(kind, AT, BATCH, 1, "anna").suppresses == reason


def test_one_more_event_leaves_the_receipt_it_was_added_to_alone() -> None:
    before = happened(K.DELIVERED)
    after = merge(before, Receipt(times={str(K.OPENED): AT + 5}))
    assert (before.at(K.OPENED), after.at(K.OPENED)) == (None, AT + 5)
