"""What every StatisticsStore does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.domain.ledger.batch import Entry
from ariia.domain.ledger.containers import DispatchKind, container_id, follow_ups_key
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.receipt import Receipt
from ariia.ports.ledger.ledger import Partition
from ariia.ports.statistics import Fold, LedgerChange, StatisticsStore
from ariia.services.statistics.counting import StreamCounter
from tests.doubles.statistics import MemoryStatistics

LANE, HOUR = ("lane:l0", "accepted"), ("hour:l0:2026-11-22T09", "30:opened")


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[StatisticsStore]:
    if request.param == "memory":
        yield MemoryStatistics()
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        yield DynamoStatistics(dynamodb_client(), names.physical(prefix, names.STATISTICS))


def any_fold(campaign: str, shard: str, watermark: str, amount: int = 1) -> Fold:
    return Fold(shard, watermark, {campaign: {LANE: amount, HOUR: 1}})


def planned(tenant_id: str, number: int, campaign_id: str = "c1", lane: str = "l0") -> LedgerChange:
    """One member more, in stream order."""
    row = CountedRow(lane, [Entry(f"m{number}")])
    return LedgerChange(f"{number:04d}", Partition(tenant_id, campaign_id, number % 16), after=row)


def test_a_fold_counts_once(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    assert store.watermark(shard) == ""
    assert store.apply(any_fold(campaign, shard, "0005", 3), "")
    store.apply(any_fold(campaign, shard, "0005", 3), "")
    assert store.watermark(shard) == "0005"
    assert store.read(campaign) == {LANE: 3, HOUR: 1}


def test_a_fold_on_another_watermark_is_refused_whole(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    store.apply(any_fold(campaign, shard, "0005"), "")
    assert not store.apply(any_fold(campaign, shard, "0009"), "0004")
    assert store.read(campaign)[("lane:l0", "accepted")] == 1


def test_reading_sums_over_stream_shards(store: StatisticsStore, tenant_id: str) -> None:
    campaign = f"{tenant_id}#c1"
    for shard in ("s1", "s2"):
        store.apply(any_fold(campaign, f"{shard}-{tenant_id}", "0001", 2), "")
    store.apply(any_fold(f"{tenant_id}#c2", f"s3-{tenant_id}", "0001", 50), "")
    assert store.read(campaign)[("lane:l0", "accepted")] == 4


def test_reading_some_groups_leaves_the_others_out(store: StatisticsStore, tenant_id: str) -> None:
    campaign = f"{tenant_id}#c1"
    for shard in ("s1", "s2"):
        store.apply(any_fold(campaign, f"{shard}-{tenant_id}", "0001", 2), "")
    assert store.read(campaign, "lane:") == {("lane:l0", "accepted"): 4}
    assert store.read(campaign, "link:") == {}


def test_replayed_and_overlapping_records_count_once(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    changes = [planned(tenant_id, n, lane=f"l{n % 90}") for n in range(1, 301)]
    counter = StreamCounter(store)
    assert counter.count(shard, changes[:200]) == 200
    assert counter.count(shard, changes[100:]) == 100
    assert counter.count(shard, changes) == 0
    assert sum(store.read(campaign).values()) == 300


def test_two_counters_of_one_shard_count_each_record_once(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    changes = [planned(tenant_id, n) for n in range(1, 40)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: StreamCounter(store).count(shard, changes), range(2)))
    assert store.read(campaign)[("lane:l0", "targeted")] == 39


def test_many_campaigns_in_one_batch_are_split_into_transactions(store: StatisticsStore, tenant_id: str) -> None:
    changes = [planned(tenant_id, n, f"c{n}") for n in range(1, 250)]
    assert StreamCounter(store).count(f"shard-{tenant_id}", changes) == 249
    assert store.read(f"{tenant_id}#c249") == {("lane:l0", "targeted"): 1}


def test_records_that_touch_many_items_each_fit_into_their_transactions(store: StatisticsStore, tenant_id: str) -> None:
    links = {f"https://x.example/{number}": 1 for number in range(60)}
    row = CountedRow("l0", Receipt(links=links))
    changes = [LedgerChange(f"{n:04d}", Partition(tenant_id, f"c{n}", 0), after=row) for n in range(1, 13)]
    assert StreamCounter(store).count(f"shard-{tenant_id}", changes) == 12
    assert sum(store.read(f"{tenant_id}#c12", "link:").values()) == 60


def test_follow_ups_rest_in_slots_however_many_stream_shards_there_were(store: StatisticsStore, tenant_id: str) -> None:
    key = follow_ups_key(tenant_id)
    for number in range(40):
        assert store.apply(Fold(f"shard-{tenant_id}-{number}", "0001", {key: {LANE: 1}}), "")
    assert store.read(key) == {LANE: 40}
    assert 1 < len(store.state(key).writes) <= 8


def test_two_stream_shards_that_meet_in_a_slot_count_both(store: StatisticsStore, tenant_id: str) -> None:
    def count(number: int) -> None:
        change = replace(planned(tenant_id, number, container_id(DispatchKind.FOLLOW_UP, str(number))), sequence="0001")
        StreamCounter(store).count(f"shard-{tenant_id}-{number}", [change])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(1, 25)))
    assert store.read(follow_ups_key(tenant_id)) == {("lane:l0", "targeted"): 24}


def test_what_counts_nowhere_moves_nothing(store: StatisticsStore, tenant_id: str) -> None:
    change = planned(tenant_id, 1, container_id(DispatchKind.TEST, "one"))
    assert StreamCounter(store).count(f"shard-{tenant_id}", [change]) == 0
    assert store.watermark(f"shard-{tenant_id}") == ""


def test_marks_are_known_by_shard_and_count_nothing(store: StatisticsStore, tenant_id: str) -> None:
    campaign, marks = f"{tenant_id}#c1", [(1, 7), (2, 9), (1, 8)]
    changes = [
        LedgerChange(f"{n:04d}", Partition(tenant_id, "c1", shard), mark=mark)
        for n, (shard, mark) in enumerate(marks, start=1)
    ]
    assert StreamCounter(store).count(f"shard-{tenant_id}", changes) == 3
    assert store.marks(campaign) == {1: 8, 2: 9}
    assert store.read(campaign) == {}
    assert store.state(campaign).writes == {}


def test_a_correction_adds_to_what_is_counted_before_and_after_it(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    store.apply(any_fold(campaign, shard, "0001", 3), "")
    seen = store.state(campaign)
    assert store.correct(campaign, {LANE: -2, ("link:l0:00", "a"): 5}, seen)
    store.apply(any_fold(campaign, shard, "0002", 1), "0001")
    assert store.read(campaign) == {LANE: 2, HOUR: 2, ("link:l0:00", "a"): 5}
    assert store.state(campaign).corrections == {LANE: -2, ("link:l0:00", "a"): 5}


def test_corrections_follow_each_other_and_do_not_meet(store: StatisticsStore, tenant_id: str) -> None:
    campaign = f"{tenant_id}#c1"
    seen = store.state(campaign)
    assert store.correct(campaign, {LANE: 5, HOUR: 1}, seen)
    assert not store.correct(campaign, {LANE: 5, HOUR: 1}, seen)
    assert store.correct(campaign, {LANE: -1}, store.state(campaign))
    assert store.read(campaign) == {LANE: 4, HOUR: 1}


def test_every_fold_and_correction_shows_in_the_state(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    states = [store.state(campaign).writes]
    store.apply(any_fold(campaign, shard, "0001", 1), "")
    states.append(store.state(campaign).writes)
    store.apply(any_fold(campaign, shard, "0002", -1), "0001")
    states.append(store.state(campaign).writes)
    store.correct(campaign, {LANE: 1}, store.state(campaign))
    states.append(store.state(campaign).writes)
    assert all(one != other for one, other in itertools.pairwise(states))


def test_more_lanes_than_a_transaction_takes_and_wide_groups_are_corrected(
    store: StatisticsStore, tenant_id: str
) -> None:
    campaign = f"{tenant_id}#c1"
    lanes = {(f"lane:z{number}", "accepted"): 1 for number in range(120)}
    links = {("link:l0:00", f"https://x.example/{number}"): 1 for number in range(900)}
    assert store.correct(campaign, {**lanes, **links}, store.state(campaign))
    assert store.read(campaign) == {**lanes, **links}
