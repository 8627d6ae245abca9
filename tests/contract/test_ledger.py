"""What every ledger does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, EntryState, PlanCursor, ReleaseCursor
from ariia.domain.ledger.receipt import EventKind, Receipt
from ariia.ports.ledger.ledger import Ledger, Partition, PlanPage, ReceiptKey
from tests.doubles.ledger import MemoryLedger

LEASE = 5_000


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        yield DynamoLedger(dynamodb_client(), names.physical(prefix, names.LEDGER))


@pytest.fixture
def partition(tenant_id: str) -> Partition:
    return Partition(tenant_id, "c1", 3)


def any_batch(partition: Partition, page: str = "a", *members: str, lane: str = "l0", number: int = 0) -> Batch:
    key = BatchKey(partition.tenant_id, partition.campaign_id, partition.shard, page, lane, number)
    return Batch(key, [Entry(member) for member in members or (page,)])


def commit(ledger: Ledger, partition: Partition, *batches: Batch, version: int = 1, **fields: object) -> bool:
    return ledger.commit_page(PlanPage(partition, PlanCursor(version=version), batches, **fields))  # type: ignore[arg-type]


def test_a_page_is_committed_once(ledger: Ledger, partition: Partition) -> None:
    assert commit(ledger, partition, any_batch(partition, "a", "a", "b"))
    assert not commit(ledger, partition, any_batch(partition, "a", "a", "z"))
    stored = ledger.batch(any_batch(partition).key)
    assert stored is not None
    assert [entry.member_id for entry in stored.entries] == ["a", "b"]
    assert ledger.plan_cursor(partition).version == 1


def test_of_two_planners_one_commits_the_page(ledger: Ledger, partition: Partition) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: commit(ledger, partition, any_batch(partition)), range(8)))
    assert done.count(True) == 1


def test_an_address_belongs_to_the_first_member_and_the_loser_writes_nothing(
    ledger: Ledger, partition: Partition
) -> None:
    other = replace(partition, shard=4)
    assert commit(ledger, partition, any_batch(partition), address_claims={"0" * 32: "anna"})
    assert not commit(ledger, other, any_batch(other, "ben"), address_claims={"0" * 32: "ben"})
    assert ledger.plan_cursor(other) == PlanCursor()
    assert ledger.batch(any_batch(other, "ben").key) is None
    assert ledger.address_owners(other, ["0" * 32, "f" * 32]) == {"0" * 32: "anna"}
    assert commit(ledger, other, address_claims={"0" * 32: "anna"})


def test_a_batch_is_claimed_by_one_sender(ledger: Ledger, partition: Partition) -> None:
    batch = any_batch(partition)
    commit(ledger, partition, batch)
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda n: ledger.claim(batch.key, f"token-{n}", 50, LEASE), range(8)))
    won = [claimed for claimed in claims if claimed is not None]
    assert len(won) == 1
    assert won[0].claim is not None
    assert (won[0].claim.attempt, won[0].claim.lease_until, won[0].attempt) == (1, LEASE, 1)


def test_a_repeated_claim_with_its_own_token_succeeds_without_another_attempt(
    ledger: Ledger, partition: Partition
) -> None:
    batch = any_batch(partition)
    commit(ledger, partition, batch)
    first = ledger.claim(batch.key, "token", 50, LEASE)
    assert ledger.claim(batch.key, "token", 50, LEASE) == first


def test_an_unknown_or_settled_batch_cannot_be_claimed(ledger: Ledger, partition: Partition) -> None:
    done = any_batch(partition)
    done.entries = [Entry("a", EntryState.EXCLUDED, "no_consent")]
    commit(ledger, partition, done)
    assert ledger.claim(done.key, "token", 50, LEASE) is None
    assert ledger.claim(any_batch(partition, "nobody").key, "token", 50, LEASE) is None


def test_an_outcome_ends_the_claim_and_is_written_once(ledger: Ledger, partition: Partition) -> None:
    batch = any_batch(partition, "a", "a", "b")
    commit(ledger, partition, batch)
    claimed = ledger.claim(batch.key, "token", 50, LEASE)
    assert claimed is not None
    assert claimed.claim is not None
    sent = claimed.with_outcomes({"a": Entry("a", EntryState.ACCEPTED, "ses-1", 1, 77)})
    assert ledger.write_outcome(claimed, claimed.claim, sent, claimed.claim.token)
    assert ledger.write_outcome(claimed, claimed.claim, sent, claimed.claim.token), "its own repetition is success"
    stored = ledger.batch(batch.key)
    assert stored is not None
    assert stored.claim is None
    assert stored.entries == [Entry("a", EntryState.ACCEPTED, "ses-1", 1, 77), Entry("b")]
    again = ledger.claim(batch.key, "other", 50, LEASE)
    assert again is not None
    assert again.attempt == 2


def test_a_resolved_claim_makes_the_late_outcome_void(ledger: Ledger, partition: Partition) -> None:
    batch = any_batch(partition)
    commit(ledger, partition, batch)
    claimed = ledger.claim(batch.key, "late", 50, LEASE)
    assert claimed is not None
    assert claimed.claim is not None
    assert ledger.write_outcome(claimed, claimed.claim, claimed.entries, "resolver")
    second = ledger.claim(batch.key, "second", 50, LEASE)
    assert second is not None
    assert second.claim is not None
    assert ledger.write_outcome(second, second.claim, [Entry("a", EntryState.ACCEPTED, "x", 2, 5)], "second")
    assert not ledger.write_outcome(claimed, claimed.claim, [Entry("a", EntryState.FAILED, "y", 1)], "late")
    stored = ledger.batch(batch.key)
    assert stored is not None
    assert stored.entries[0].detail == "x"


def test_grace_is_noted_for_its_own_claim_only(ledger: Ledger, partition: Partition) -> None:
    batch = any_batch(partition)
    commit(ledger, partition, batch)
    ledger.claim(batch.key, "token", 50, LEASE)
    ledger.set_grace(batch.key, "stranger", 9)
    assert ledger.summaries_after(partition, "", 9)[0].claim.grace_from is None  # type: ignore[union-attr]
    ledger.set_grace(batch.key, "token", 9)
    assert ledger.summaries_after(partition, "", 9)[0].claim.grace_from == 9  # type: ignore[union-attr]
    ledger.set_grace(batch.key, "token", None)
    assert ledger.summaries_after(partition, "", 9)[0].claim.grace_from is None  # type: ignore[union-attr]


def test_summaries_come_in_key_order_behind_a_row_and_up_to_the_limit(ledger: Ledger, partition: Partition) -> None:
    batches = [any_batch(partition, page) for page in ("a", "ab", "a-c", "Z", "_x", "9")]
    commit(ledger, partition, *batches)
    ledger.merge_receipt(ReceiptKey(partition, "a", "l0"), Receipt(times={"opened_at": 1}))
    found = [summary.key.page for summary in ledger.summaries_after(partition, "", 10)]
    assert found == sorted(found, key=lambda page: f"{page}#")
    assert len(found) == 6
    first = ledger.summaries_after(partition, "", 2)
    rest = ledger.summaries_after(partition, first[-1].key.row, 10)
    assert [one.key.page for one in [*first, *rest]] == found
    assert (first[0].size, first[0].pending) == (1, 1)


def test_a_batch_is_rewritten_only_as_it_was_seen_and_unclaimed(ledger: Ledger, partition: Partition) -> None:
    batch = any_batch(partition)
    commit(ledger, partition, batch)
    gone = [Entry("a", EntryState.EXCLUDED, "expired")]
    assert not ledger.rewrite(replace(batch, entries=gone), [Entry("a", EntryState.FAILED, "other")])
    ledger.claim(batch.key, "token", 50, LEASE)
    assert not ledger.rewrite(replace(batch, entries=gone), batch.entries)
    claimed = ledger.batch(batch.key)
    assert claimed is not None
    assert claimed.claim is not None
    ledger.write_outcome(claimed, claimed.claim, claimed.entries, claimed.claim.token)
    assert ledger.rewrite(replace(batch, entries=gone, reopened=7), batch.entries)
    stored = ledger.batch(batch.key)
    assert stored is not None
    assert (stored.entries, stored.reopened, stored.is_settled) == (gone, 7, True)


def test_release_cursors_move_one_version_at_a_time(ledger: Ledger, partition: Partition) -> None:
    other = replace(partition, shard=4)
    assert ledger.save_release_cursor(partition, "l0", ReleaseCursor(released="batch#x", version=1))
    assert not ledger.save_release_cursor(partition, "l0", ReleaseCursor(released="batch#y", version=1))
    assert ledger.save_release_cursor(partition, "l0", ReleaseCursor(released="batch#y", version=2))
    cursors = ledger.release_cursors([partition, other], ["l0", "l1"])
    assert cursors[(3, "l0")].released == "batch#y"
    assert cursors[(4, "l1")] == ReleaseCursor()
    assert len(cursors) == 4


def test_of_many_release_cursors_those_are_stored_with_which_nobody_was_faster(
    ledger: Ledger, partition: Partition
) -> None:
    partitions = [replace(partition, shard=shard) for shard in range(130)]
    wanted = {(one, "l0"): ReleaseCursor(released="batch#x", version=1) for one in partitions}
    assert ledger.save_release_cursor(partitions[7], "l0", ReleaseCursor(released="batch#y", version=1))
    assert ledger.save_release_cursors(wanted) == set(wanted) - {(partitions[7], "l0")}
    assert ledger.save_release_cursors(wanted) == set()
    found = ledger.release_cursors(partitions, ["l0"])
    assert [one.released for one in found.values()].count("batch#y") == 1
    assert ledger.save_release_cursors({}) == set()
    second = {(partitions[0], "l0"): ReleaseCursor(released="batch#z", version=2)}
    assert ledger.save_release_cursors(second) == set(second)


def test_receipts_merge_whatever_the_order_and_repetition(ledger: Ledger, partition: Partition) -> None:
    key = ReceiptKey(partition, "anna", "l0")
    facts = [
        Receipt(times={"delivered_at": 20}, accepted_attempts=[1], provider_id="x"),
        Receipt(times={"opened_at": 30}, accepted_attempts=[1], provider_id="x"),
        Receipt(times={"delivered_at": 10}, accepted_attempts=[2], provider_id="y"),
    ]
    for one in [*facts, *reversed(facts)]:
        ledger.merge_receipt(key, one)
    assert ledger.merge_receipts({key: facts[0], ReceiptKey(partition, "ben", "l0"): facts[1]}) == set()
    found = ledger.receipts_between(partition, "anna", "ben")
    assert found[("anna", "l0")].times == {"delivered_at": 10, "opened_at": 30}
    assert found[("anna", "l0")].accepted_attempts == [1, 2]
    assert found[("ben", "l0")].at(EventKind.OPENED) == 30


def test_concurrent_recorders_lose_no_fact(ledger: Ledger, partition: Partition) -> None:
    key = ReceiptKey(partition, "anna", "l0")
    kinds = list(EventKind)

    def record(kind: EventKind) -> None:
        ledger.merge_receipt(key, Receipt(times={str(kind): 5}))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(record, kinds))
    found = ledger.receipts_between(partition, "anna", "anna")[("anna", "l0")]
    assert set(found.times) == {str(kind) for kind in kinds}


def test_receipts_between_holds_the_bounds_and_nobody_else(ledger: Ledger, partition: Partition) -> None:
    for member in ("a", "ann", "anna", "anna-b", "annb", "b"):
        ledger.merge_receipt(ReceiptKey(partition, member, "l0"), Receipt(times={"sent_at": 1}))
    assert {one for one, _ in ledger.receipts_between(partition, "ann", "anna")} == {"ann", "anna"}


def test_known_batches_are_open_while_evidence_can_decide_something(ledger: Ledger, partition: Partition) -> None:
    waiting, done, failed, held = (any_batch(partition, page) for page in ("a", "b", "c", "d"))
    done.entries = [Entry("b", EntryState.ACCEPTED, "x", 1, 2), Entry("bb", EntryState.EXCLUDED, "no_consent")]
    failed.entries = [Entry("c", EntryState.FAILED, "no", 1)]
    held.entries = [Entry("d", EntryState.EXCLUDED, "needs_decision")]
    commit(ledger, partition, waiting, done, failed, held)
    unknown = any_batch(partition, "zz").key
    asked = [waiting.key, done.key, failed.key, held.key, unknown, waiting.key]
    assert ledger.open_to_evidence(asked) == {waiting.key: True, done.key: False, failed.key: True, held.key: True}
    claimed = ledger.claim(waiting.key, "token", 50, LEASE)
    assert claimed is not None
    assert claimed.claim is not None
    ledger.write_outcome(claimed, claimed.claim, [Entry("a", EntryState.ACCEPTED, "x", 1, 2)], "token")
    assert ledger.open_to_evidence(asked) == {waiting.key: False, done.key: False, failed.key: True, held.key: True}
    assert ledger.rewrite(replace(failed, entries=[Entry("c", EntryState.ACCEPTED, "y", 2, 3)]), failed.entries)
    assert ledger.open_to_evidence(asked) == {waiting.key: False, done.key: False, failed.key: False, held.key: True}


def test_a_member_is_found_on_the_last_page_at_or_before_the_id(ledger: Ledger, partition: Partition) -> None:
    commit(ledger, partition, any_batch(partition, "b", "b", "c"), any_batch(partition, "b", "d", lane="x"))
    commit(ledger, partition, any_batch(partition, "k", "k"), version=2)
    assert ledger.page_of(partition, "a") == []
    assert {batch.key.lane for batch in ledger.page_of(partition, "d")} == {"l0", "x"}
    assert [batch.key.page for batch in ledger.page_of(partition, "kk")] == ["k"]
    assert [[batch.key.page for batch in page] for page in ledger.pages_after(partition, None, 5)] == [
        ["b", "b"],
        ["k"],
    ]
    assert [page[0].key.page for page in ledger.pages_after(partition, "c", 1)] == ["b"]
    assert [page[0].key.page for page in ledger.pages_after(partition, "z", 5)] == ["k"]


def test_campaigns_and_tenants_never_see_each_others_rows(ledger: Ledger, partition: Partition) -> None:
    commit(ledger, partition, any_batch(partition))
    stranger = replace(partition, tenant_id=partition.tenant_id + "x")
    neighbour = replace(partition, campaign_id="c2")
    assert ledger.summaries_after(stranger, "", 5) == []
    assert ledger.summaries_after(neighbour, "", 5) == []


def test_batches_between_are_those_that_may_hold_these_members(ledger: Ledger, tenant_id: str) -> None:
    partition = Partition(tenant_id, "c1", 0)
    cursor = PlanCursor()
    for first in ("b", "f", "j"):
        members = [f"{first}{number}" for number in range(3)]
        key = BatchKey(tenant_id, "c1", 0, members[0], "l0", 0)
        cursor = replace(cursor, version=cursor.version + 1)
        assert ledger.commit_page(PlanPage(partition, cursor, [Batch(key, [Entry(one) for one in members])]))

    def pages(first: str, last: str) -> list[str]:
        return [batch.key.page for batch in ledger.batches_between(partition, first, last)]

    assert pages("a", "z") == ["b0", "f0", "j0"]
    assert pages("b2", "f0") == ["b0", "f0"]
    assert pages("f1", "f1") == ["f0"]
    assert pages("a", "a9") == []
    assert pages("k", "z") == ["j0"]


def test_only_a_settled_batch_that_nobody_holds_is_removed(ledger: Ledger, partition: Partition) -> None:
    waiting = any_batch(partition, "a", "a", "b")
    assert commit(ledger, partition, waiting, any_batch(partition, "c"))
    assert not ledger.remove_batch(waiting)
    claimed = ledger.claim(waiting.key, "t1", 1, LEASE)
    assert claimed is not None
    assert claimed.claim is not None
    assert not ledger.remove_batch(claimed)
    settled = [Entry(one, EntryState.ACCEPTED, "p", 1, 5) for one in ("a", "b")]
    assert ledger.write_outcome(claimed, claimed.claim, settled, "t1")

    assert not ledger.remove_batch(waiting)
    assert ledger.remove_batch(Batch(waiting.key, settled))
    assert ledger.remove_batch(Batch(waiting.key, settled))

    assert ledger.batch(waiting.key) is None
    assert [page[0].key.page for page in ledger.pages_after(partition, None, 5)] == ["c"]


def test_every_receipt_of_a_member_is_deleted_and_nobody_elses(ledger: Ledger, partition: Partition) -> None:
    for member, message in (("anna", "l0"), ("anna", "l1"), ("anna-b", "l0"), ("ann", "l0")):
        ledger.merge_receipt(ReceiptKey(partition, member, message), Receipt(times={"sent_at": 1}))

    ledger.delete_receipts(partition, "anna")
    ledger.delete_receipts(partition, "anna")

    assert set(ledger.receipts_between(partition, "a", "b")) == {("anna-b", "l0"), ("ann", "l0")}


def test_an_address_is_passed_on_by_its_owner_only(ledger: Ledger, partition: Partition) -> None:
    one, other = "0" * 32, "f" * 32
    assert commit(ledger, partition, address_claims={one: "anna", other: "ben"})

    ledger.pass_address_on(partition, one, "anna", "nobody")
    ledger.pass_address_on(partition, other, "anna", "nobody")
    ledger.pass_address_on(partition, "a" * 32, "anna", "nobody")

    assert ledger.address_owners(partition, [one, other, "a" * 32]) == {one: "nobody", other: "ben"}
    assert not commit(ledger, partition, version=2, address_claims={one: "cleo"})
