"""Who is in a segment: counted, sampled, listed, frozen."""

from __future__ import annotations

import pytest

from ariia.domain.audience.segment import MAX_LISTED_AT_ONCE, MemberSegment
from ariia.domain.channel import Channel
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError
from tests.unit.audience.test_segments import SHARDS, YOGA, SegmentDesk


def crowd(desk: SegmentDesk) -> None:
    desk.add(*[f"y{number:03d}" for number in range(90)], tags=["yoga"])
    desk.add(*[f"o{number:03d}" for number in range(30)])


def test_small_tenant_is_counted_at_once_and_by_what_a_message_would_meet() -> None:
    desk = SegmentDesk()
    crowd(desk)
    count = desk.segment_counts.of_segment("gym", desk.segment().id, Channel.SMS)
    assert count.counted is not None
    assert (count.counted.matched, count.counted.will_get) == (90, 0)
    assert count.counted.excluded == {"no_address": 90}
    sample = desk.segment_counts.sample("gym", count)
    assert len(sample) == 20
    assert all(member.tags == ["yoga"] for member in sample)


def test_large_tenant_is_counted_as_a_job_that_asking_again_reads() -> None:
    desk = SegmentDesk(at_once=50)
    crowd(desk)
    segment = desk.segment()
    first = desk.segment_counts.of_segment("gym", segment.id, Channel.EMAIL)
    assert (first.counted, first.shards_done, len(desk.queue.waiting)) == (None, 0, SHARDS)
    for task in desk.queue.waiting:
        assert desk.counter.count(task, desk.clock.now() + 60_000)
    desk.clock.advance(60)
    again = desk.segment_counts.of_segment("gym", segment.id, Channel.EMAIL)
    assert again.counted is not None
    assert (again.counted.matched, again.age_ms, len(desk.queue.waiting)) == (90, 60_000, SHARDS)
    assert len(desk.segment_counts.sample("gym", again)) == 20
    desk.clock.advance(600)
    assert desk.segment_counts.of_segment("gym", segment.id, Channel.EMAIL).counted is None


def test_filter_need_not_be_saved_to_be_counted_but_must_be_in_order() -> None:
    desk = SegmentDesk()
    crowd(desk)
    count = desk.segment_counts.of_filter("gym", {"not": YOGA}, Channel.EMAIL)
    assert count.counted is not None
    assert count.counted.matched == 30
    with pytest.raises(InvalidError):
        desk.segment_counts.of_filter("gym", {}, Channel.EMAIL)


def any_list(desk: SegmentDesk) -> MemberSegment:
    return desk.segment(is_dynamic=False, filter_json={})


def test_list_takes_members_only_and_says_who_is_none() -> None:
    desk = SegmentDesk()
    crowd(desk)
    made = any_list(desk)
    for _ in range(2):
        change = desk.segment_members.change("gym", made.id, ["y001", "y002", "ghost"], ["y003"])
        assert (change.added, change.removed, change.unknown) == (2, 1, ["ghost"])
        assert desk.listed(made) == ["y001", "y002"]
    desk.segment_members.change("gym", made.id, [], ["y001"])
    assert desk.listed(made) == ["y002"]


def test_list_comes_in_pages() -> None:
    desk = SegmentDesk()
    crowd(desk)
    made = any_list(desk)
    ids = [f"y{number:03d}" for number in range(90)]
    desk.segment_members.change("gym", made.id, ids, [])
    found, after = list[str](), None
    for _ in range(10):
        page = desk.segment_members.page("gym", made.id, 20, after)
        found, after = found + page.member_ids, page.after
        if after is None:
            break
    assert sorted(found) == ids
    assert len(found) == len(ids)


def test_chunk_has_a_size_and_no_contradiction() -> None:
    desk = SegmentDesk()
    made = any_list(desk)
    for add, remove in (([], []), (["a"], ["a"]), (["a"] * MAX_LISTED_AT_ONCE, ["b"])):
        with pytest.raises(InvalidError):
            desk.segment_members.change("gym", made.id, add, remove)
    with pytest.raises(ConflictError):
        desk.segment_members.change("gym", desk.segment().id, ["a"], [])


def test_frozen_segment_holds_who_met_the_filter_then() -> None:
    desk = SegmentDesk()
    crowd(desk)
    source = desk.segment()
    creation = Creation("frozen", "print")
    frozen = desk.segment_freezing.freeze("gym", "anna", source.id, "Yoga in March", creation).entity
    assert (frozen.is_dynamic, frozen.frozen_from) == (False, source.id)
    desk.segments.change("gym", source.id, {"filter_json": {"not": YOGA}}, 1)
    again = desk.segment_freezing.freeze("gym", "anna", source.id, "Yoga in March", creation)
    assert again.replayed
    for number, task in enumerate([*desk.queue.lists, *desk.queue.lists]):
        assert (desk.segments.get("gym", frozen.id).fill_job_id is None) is (number >= SHARDS)
        assert desk.filler.work(task, desk.clock.now() + 60_000)
    assert desk.listed(frozen) == [f"y{number:03d}" for number in range(90)]
    assert desk.segments.get("gym", frozen.id).fill_job_id is None


def test_list_can_not_be_changed_while_it_is_filled() -> None:
    desk = SegmentDesk()
    frozen = desk.segment_freezing.freeze("gym", "anna", desk.segment().id, "Yoga").entity
    with pytest.raises(ConflictError, match="being filled"):
        desk.segment_members.change("gym", frozen.id, ["a"], [])
    with pytest.raises(ConflictError, match="frozen already"):
        desk.segment_freezing.freeze("gym", "anna", frozen.id, "Twice")


def test_filling_that_ran_out_of_time_goes_on_where_it_was() -> None:
    desk = SegmentDesk()
    desk.add(*[f"y{number:04d}" for number in range(4_400)], tags=["yoga"])
    frozen = desk.segment_freezing.freeze("gym", "anna", desk.segment().id, "Yoga").entity
    task = desk.queue.lists[0]
    assert not desk.filler.work(task, 0)
    begun = len(desk.listed(frozen))
    assert begun == 1_000
    assert desk.filler.work(task, desk.clock.now() + 1)
    assert len(desk.lists.page("gym", frozen.id, 0, None, 5_000)) > begun


def test_list_of_a_deleted_segment_is_emptied() -> None:
    desk = SegmentDesk()
    crowd(desk)
    made = any_list(desk)
    desk.segment_members.change("gym", made.id, ["y001", "y002"], [])
    desk.segment_members.delete("gym", made.id, 1)
    for task in desk.queue.lists:
        assert desk.filler.work(task, 0)
    assert [desk.lists.page("gym", made.id, shard, None, 10) for shard in range(SHARDS)] == [[]] * SHARDS
