"""What every SegmentStore and every SegmentLists do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.identifiers import shard_of
from ariia.ports.segments import SegmentLists, SegmentStore
from tests.doubles.segments import MemorySegmentLists, MemorySegments

SHARDS = 4
FILTER = {"field": "tags", "op": "contains", "value": "yoga"}


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[SegmentStore]:
    if request.param == "memory":
        yield MemorySegments()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoSegments()


@pytest.fixture(params=["memory", "dynamodb"])
def lists(request: pytest.FixtureRequest) -> Iterator[SegmentLists]:
    if request.param == "memory":
        yield MemorySegmentLists(SHARDS)
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoSegmentLists(SHARDS)


def any_segment(tenant_id: str, segment_id: str = "s1", **fields: object) -> MemberSegment:
    return MemberSegment(segment_id, tenant_id, "Yoga", filter_json=FILTER, **fields)  # type: ignore[arg-type]


def test_created_segment_reads_back_whole_and_only_for_its_tenant(store: SegmentStore, tenant_id: str) -> None:
    segment = any_segment(tenant_id, description="All who come to yoga", created_by="anna", created_at=7)
    assert store.create(segment)
    assert segment.version == 1
    assert store.get(tenant_id, "s1") == segment
    assert store.get(f"{tenant_id}x", "s1") is None
    assert not store.create(any_segment(tenant_id))


def test_save_and_delete_need_the_stored_version(store: SegmentStore, tenant_id: str) -> None:
    store.create(any_segment(tenant_id))
    first, second = store.get(tenant_id, "s1"), store.get(tenant_id, "s1")
    assert first is not None
    assert second is not None
    first.name, second.name = "First", "Second"
    assert store.save(first)
    assert not store.save(second)
    assert (first.version, second.version) == (2, 1)
    assert not store.delete(second)
    assert store.get(tenant_id, "s1") == first
    assert store.delete(first)
    assert store.get(tenant_id, "s1") is None
    assert not store.delete(first)


def test_segments_come_in_the_order_of_their_ids(store: SegmentStore, tenant_id: str) -> None:
    for one in ("b", "c", "a"):
        store.create(any_segment(tenant_id, one))
    assert [one.id for one in store.page(tenant_id, 2, None)] == ["a", "b"]
    assert [one.id for one in store.page(tenant_id, 2, "b")] == ["c"]


def test_list_rests_by_shard_in_the_order_of_ids(lists: SegmentLists, tenant_id: str) -> None:
    ids = [f"m{number:03d}" for number in range(120)]
    lists.add(tenant_id, "s1", ids)
    lists.add(tenant_id, "s1", ids[:10])
    for shard in range(SHARDS):
        mine = [one for one in ids if shard_of(one, SHARDS) == shard]
        assert lists.page(tenant_id, "s1", shard, None, 1_000) == mine
        assert lists.page(tenant_id, "s1", shard, mine[2], 3) == mine[3:6]
        assert lists.between(tenant_id, "s1", shard, mine[1], mine[4]) == set(mine[1:5])
    assert lists.page(tenant_id, "s2", 0, None, 10) == []
    assert lists.page(f"{tenant_id}x", "s1", 0, None, 10) == []


def test_taking_off_what_is_not_listed_changes_nothing(lists: SegmentLists, tenant_id: str) -> None:
    lists.add(tenant_id, "s1", ["anna", "ben"])
    lists.remove(tenant_id, "s1", ["ben", "cleo"])
    lists.remove(tenant_id, "s1", ["ben"])
    left = [one for shard in range(SHARDS) for one in lists.page(tenant_id, "s1", shard, None, 10)]
    assert left == ["anna"]
