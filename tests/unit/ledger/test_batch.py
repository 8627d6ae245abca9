"""Batches and their keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.ledger.batch import Batch, BatchKey, Claim, Entry, EntryState, count_excluded, reopen
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.planning.page import MAX_PAGE_BATCHES

ids = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
short_ids = st.from_regex(r"[aA0_-]{1,4}", fullmatch=True)
keys = st.builds(
    BatchKey,
    tenant_id=ids,
    campaign_id=ids,
    shard=st.integers(0, 63),
    page=ids,
    lane=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    number=st.integers(0, MAX_PAGE_BATCHES),
)


def key_of(page: str, lane: str = "l0", number: int = 0) -> BatchKey:
    return BatchKey("studio", "spring", 3, page, lane, number)


@given(st.lists(st.one_of(short_ids, ids), unique=True, min_size=2, max_size=20))
def test_pages_rest_in_the_order_of_their_members_even_where_one_id_begins_another(members: list[str]) -> None:
    by_row = sorted((key_of(member) for member in members), key=lambda key: key.row)
    assert [key.page for key in by_row] == sorted(members)


@given(short_ids, short_ids, st.sampled_from(["l0", "l1", "x"]), st.integers(0, 90), st.integers(0, 90))
def test_batches_of_one_page_lie_together(one: str, other: str, lane: str, first: int, second: int) -> None:
    if one < other:
        assert key_of(one, lane, first).row < key_of(other, "l0", second).row


def test_numbers_of_a_lane_are_in_order_up_to_the_largest_page() -> None:
    rows = [key_of("anna", number=number).row for number in range(MAX_PAGE_BATCHES + 1)]
    assert rows == sorted(rows)


@given(keys)
def test_row_names_the_batch_again(key: BatchKey) -> None:
    assert BatchKey.from_row(key.tenant_id, key.campaign_id, key.shard, key.row) == key


@given(keys)
def test_tag_is_a_value_that_ses_takes_and_names_the_batch_again(key: BatchKey) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", key.tag)
    assert BatchKey.from_tag(key.tenant_id, key.campaign_id, key.tag) == key


@pytest.mark.parametrize("tag", ["", "3", "3-l0-0", "x-l0-0-anna", "3-l0-x-anna"])
def test_a_tag_of_somebody_else_is_no_batch(tag: str) -> None:
    with pytest.raises(ValueError):
        BatchKey.from_tag("studio", "spring", tag)


@given(keys, st.integers(1, 50))
def test_queued_batch_survives_the_queue(key: BatchKey, size: int) -> None:
    assert QueuedBatch.from_text(QueuedBatch(key, size).to_text()) == QueuedBatch(key, size)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"tenant":"t","campaign":"c","batch":"3-l0","size":1}', '"x"'])
def test_a_message_of_somebody_else_is_no_batch(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        QueuedBatch.from_text(body)


def entry(member: str, state: EntryState = EntryState.PENDING) -> Entry:
    return Entry(member, state)


def test_claim_is_about_the_first_pending_entries() -> None:
    batch = Batch(key_of("a"), [entry("a", EntryState.ACCEPTED), entry("b"), entry("c"), entry("d")])
    assert batch.claimed == []
    batch.claim = Claim("token", 1, 2, 0)
    assert [one.member_id for one in batch.claimed] == ["b", "c"]


def test_an_outcome_changes_pending_entries_only() -> None:
    batch = Batch(key_of("a"), [entry("a", EntryState.FAILED), entry("b"), entry("c")])
    accepted = {name: entry(name, EntryState.ACCEPTED) for name in "ab"}
    states = [one.state for one in batch.with_outcomes(accepted)]
    assert states == [EntryState.FAILED, EntryState.ACCEPTED, EntryState.PENDING]


def test_batch_is_settled_when_nobody_waits() -> None:
    assert not Batch(key_of("a"), [entry("a", EntryState.FAILED), entry("b")]).is_settled
    assert Batch(key_of("a"), [entry("a", EntryState.FAILED), entry("b", EntryState.EXCLUDED)]).is_settled


def test_reopened_entry_forgets_its_outcome_and_remembers_a_later_refusal() -> None:
    assert reopen(Entry("anna", EntryState.FAILED, "rejected", attempt=2, at=7)) == Entry("anna")


def test_excluded_are_counted_by_reason() -> None:
    reasons = ["no_consent", "suppressed", "no_consent"]
    entries = [Entry(str(place), EntryState.EXCLUDED, reason) for place, reason in enumerate(reasons)]
    assert count_excluded([*entries, Entry("b"), Entry("c", EntryState.FAILED, "x")]) == {
        "no_consent": 2,
        "suppressed": 1,
    }
