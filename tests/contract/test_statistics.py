"""What every StatisticsStore does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.ports.statistics import Fold, LedgerChange, StatisticsStore
from ariia.services.statistics import StreamCounter
from tests.doubles.statistics import MemoryStatistics


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[StatisticsStore]:
    if request.param == "memory":
        yield MemoryStatistics()
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        yield DynamoStatistics(dynamodb_client(), names.physical(prefix, names.STATISTICS))


def any_fold(campaign: str, shard: str, watermark: str, amount: int = 1) -> Fold:
    return Fold(shard, watermark, {campaign: {("lane:l0", "accepted"): amount, ("day:2026-11-22", "09:opened"): 1}})


def test_a_fold_counts_once(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    assert store.watermark(shard) == ""
    assert store.apply(any_fold(campaign, shard, "0005", 3), "")
    store.apply(any_fold(campaign, shard, "0005", 3), "")
    assert store.watermark(shard) == "0005"
    assert store.read(campaign) == {("lane:l0", "accepted"): 3, ("day:2026-11-22", "09:opened"): 1}


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
    changes = [LedgerChange(f"{n:04d}", campaign, {("lane:l0", f"fact{n % 90}"): 1}) for n in range(1, 301)]
    counter = StreamCounter(store)
    assert counter.count(shard, changes[:200]) == 200
    assert counter.count(shard, changes[100:]) == 100
    assert counter.count(shard, changes) == 0
    assert sum(store.read(campaign).values()) == 300


def test_two_counters_of_one_shard_count_each_record_once(store: StatisticsStore, tenant_id: str) -> None:
    campaign, shard = f"{tenant_id}#c1", f"shard-{tenant_id}"
    changes = [LedgerChange(f"{n:04d}", campaign, {("lane:l0", "accepted"): 1}) for n in range(1, 40)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: StreamCounter(store).count(shard, changes), range(2)))
    assert store.read(campaign)[("lane:l0", "accepted")] == 39


def test_many_campaigns_in_one_batch_are_split_into_transactions(store: StatisticsStore, tenant_id: str) -> None:
    changes = [LedgerChange(f"{n:04d}", f"{tenant_id}#c{n}", {("lane:l0", "accepted"): 1}) for n in range(1, 250)]
    assert StreamCounter(store).count(f"shard-{tenant_id}", changes) == 249
    assert store.read(f"{tenant_id}#c249") == {("lane:l0", "accepted"): 1}
