"""The ledger's stream, as DynamoDB calls its consumer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ariia.adapters.dynamodb.ledger import items
from ariia.adapters.dynamodb.ledger.stream import LedgerStream
from ariia.bootstrap.aggregate_stats import AggregateStatsServices
from ariia.domain.ledger.anonymous import anonymous
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.receipt import Receipt
from ariia.domain.statistics.totals import Totals, totals
from ariia.ports.ledger.ledger import Partition
from ariia.services.statistics.counting import StreamCounter
from functions.aggregate_stats import handler as module
from tests.doubles.statistics import MemoryStatistics
from tests.handlers.context import LambdaContext

KEY = BatchKey("studio", "spring", 2, "anna", "l0", 0)
PARTITION = Partition("studio", "spring", 2)


class DeadLetters:
    def __init__(self) -> None:
        self.kept: list[str] = []

    def put(self, record: dict[str, Any], reason: str) -> None:
        self.kept.append(json.dumps(record))


@pytest.fixture
def store() -> MemoryStatistics:
    return MemoryStatistics()


@pytest.fixture
def dead_letters(store: MemoryStatistics, monkeypatch: pytest.MonkeyPatch) -> DeadLetters:
    dead_letters = DeadLetters()
    services = AggregateStatsServices(StreamCounter(store), LedgerStream(), dead_letters, "")  # type: ignore[arg-type]
    monkeypatch.setattr(module, "services", lambda: services)
    return dead_letters


def batch(*entries: Entry) -> dict[str, Any]:
    return items.batch_item(Batch(KEY, list(entries)))


def receipt(**times: int) -> dict[str, Any]:
    return items.document_item(PARTITION, "receipt#anna#l0", Receipt(times=dict(times)), 1)


def change(sequence: int, new: dict[str, Any] | None, old: dict[str, Any] | None = None) -> dict[str, Any]:
    image = new or old or {}
    images = {"NewImage": new, "OldImage": old}
    keys = {name: image[name] for name in ("ledger_key", "row")}
    return {"dynamodb": {"Keys": keys, "SequenceNumber": str(sequence), **{k: v for k, v in images.items() if v}}}


def invoke(*records: dict[str, Any], shard: str | None = "shardId-1") -> dict[str, Any]:
    event = {"Records": list(records), "state": {}} | ({"shardId": shard} if shard else {})
    answer: dict[str, Any] = module.handler(event, LambdaContext())  # type: ignore[arg-type]
    return answer


def figures(store: MemoryStatistics) -> Totals:
    return totals(store.read("studio#spring"), targeted=None, cancelled=False)


PLANNED = batch(Entry("anna"), Entry("ben"), Entry("cem"))
SENT = batch(
    Entry("anna", EntryState.ACCEPTED, "s-1", 1, 1_800_000_000_000),
    Entry("ben", EntryState.FAILED, "no", 1),
    Entry("cem"),
)


def test_figures_follow_the_ledger(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    invoke(change(1, PLANNED), change(2, SENT, PLANNED), change(3, receipt(delivered_at=5)))
    found = figures(store)
    assert (found.targeted, found.pending, found.sent, found.failed, found.delivered) == (3, 1, 1, 1, 1)


def test_a_replayed_stream_counts_nothing_twice(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    records = [change(9, PLANNED), change(10, SENT, PLANNED), change(11, receipt(opened_at=5))]
    invoke(*records)
    before = figures(store)
    invoke(*records)
    invoke(*records[1:])
    assert figures(store) == before


def test_a_bad_record_is_put_aside_and_the_others_count(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    broken = change(1, PLANNED)
    broken["dynamodb"]["NewImage"] = {"row": {"S": "batch#anna#l0#00"}}
    invoke(broken, change(2, PLANNED))
    assert len(dead_letters.kept) == 1
    assert figures(store).targeted == 3


@pytest.mark.parametrize(
    "image", [[1], "x", 7, {"row": {"S": 5}}, {"row": None}, {"row": {"S": "batch#anna#l0#00"}, "entries_json": []}]
)
def test_whatever_a_record_raises_it_is_put_aside_alone(
    store: MemoryStatistics, dead_letters: DeadLetters, image: object
) -> None:
    broken = change(1, PLANNED)
    broken["dynamodb"]["NewImage"] = image
    invoke(broken, change(2, PLANNED))
    assert (len(dead_letters.kept), figures(store).targeted) == (1, 3)


def test_what_a_row_has_counted_stays_when_it_goes(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    opened = receipt(delivered_at=5, opened_at=6)
    invoke(change(1, PLANNED), change(2, SENT, PLANNED), change(3, opened))
    before = figures(store)
    invoke(change(4, None, opened), change(5, None, SENT))
    assert figures(store) == before
    assert dead_letters.kept == []


def test_an_entry_that_becomes_nobodys_changes_no_figure(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    entries = [
        Entry("anna", EntryState.ACCEPTED, "s-1", 1, 1_800_000_000_000),
        Entry("ben", EntryState.FAILED, "no", 1),
    ]
    nobody = [anonymous(entry, f"x-erased-{place}") for place, entry in enumerate(entries)]
    invoke(change(1, batch(*entries)))
    before = figures(store)
    invoke(change(2, batch(*nobody), batch(*entries)))
    assert figures(store) == before


def test_rows_that_are_no_facts_are_passed_over(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    invoke(change(1, items.key_item(PARTITION, "plan")), change(2, items.key_item(PARTITION, "release#l0")))
    assert figures(store) == Totals()
    assert dead_letters.kept == []


def test_without_a_stream_shard_nothing_is_counted(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    with pytest.raises(ValueError, match="tumbling window"):
        invoke(change(1, PLANNED), shard=None)
    assert figures(store) == Totals()


def test_an_empty_window_ends_quietly(dead_letters: DeadLetters) -> None:
    assert invoke(shard=None) == {"state": {}}


def test_follow_ups_count_under_their_tenant_and_all_other_single_messages_nowhere(
    store: MemoryStatistics, dead_letters: DeadLetters
) -> None:
    for number, kind in enumerate(DispatchKind, start=1):
        key = replace(KEY, campaign_id=container_id(kind, "studio", "one"))
        invoke(change(number, items.batch_item(Batch(key, [Entry("anna", EntryState.ACCEPTED, "p-1", 1, 5)]))))
    assert set(store.items) == {"studio#zf"}
    assert store.read("studio#zf")["lane:l0", "accepted"] == 1


def test_what_an_erased_receipt_had_counted_is_noted_apart(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    opened = receipt(delivered_at=5, opened_at=6)
    invoke(change(1, opened), change(2, None, opened))
    counted = {key: count for key, count in store.read("studio#spring").items() if not key[0].startswith("erased:")}
    assert store.read("studio#spring", "erased:") == {
        (f"erased:{group}", fact): count for (group, fact), count in counted.items()
    }


def test_a_mark_tells_that_what_came_before_it_is_counted(store: MemoryStatistics, dead_letters: DeadLetters) -> None:
    mark = {**items.key_item(PARTITION, "mark"), "mark_number": {"N": "1800000000000"}}
    invoke(change(1, PLANNED), change(2, mark))
    assert store.marks("studio#spring") == {PARTITION.shard: 1_800_000_000_000}
    assert figures(store).targeted == 3
