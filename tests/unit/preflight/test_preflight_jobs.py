"""A large audience is counted shard by shard, with the same result as at once."""

from __future__ import annotations

from collections import Counter

import pytest

from ariia.domain.audience import count_job
from ariia.domain.audience.count_job import CountTask, ShardCount
from ariia.domain.audience.counting import AudienceCount
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import Target, TargetType
from ariia.domain.preflight.job import PreflightStatus
from ariia.services.preflight.report import GIVES_UP_AFTER_MS
from tests.unit.preflight.preflight_desk import EXPECTED, SHARDS, YOGA, Desk, crowd


def test_large_tenant_is_counted_shard_by_shard_with_the_same_result() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    started = desk.service.run("t1", "c1")
    assert (started.status, started.counted, started.shards_done) == (PreflightStatus.RUNNING, None, 0)
    desk.work_off(desk.queue.waiting[:2])
    halfway = desk.service.latest("t1", "c1")
    assert (halfway.status, halfway.shards_done, halfway.shards) == (PreflightStatus.RUNNING, 2, SHARDS)
    desk.work_off(desk.queue.waiting[2:])
    desk.clock.advance(90)
    report = desk.service.latest("t1", "c1")
    assert report.status is PreflightStatus.FINISHED
    assert report.counted is not None
    assert (report.counted.matched, report.counted.will_get, report.counted.excluded) == EXPECTED
    assert report.age_ms == 90_000


def test_result_stays_although_members_change() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.work_off()
    first = desk.service.latest("t1", "c1")
    desk.add("new", tags=["yoga"])
    desk.work_off()
    assert desk.service.latest("t1", "c1").counted == first.counted


def test_shard_counted_twice_counts_once() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.work_off(desk.queue.waiting * 2)
    counted = desk.service.latest("t1", "c1").counted
    assert counted is not None
    assert (counted.matched, counted.will_get, counted.excluded) == EXPECTED


def test_shard_that_outlasts_its_invocation_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ariia.services.audience.counting._PAGE", 5)
    monkeypatch.setattr(count_job, "HASHES_PER_PIECE", 1)
    desk = Desk(at_once=50)
    crowd(desk)
    desk.add(*[f"g{number}" for number in range(20)], email="Other@x.de", tags=["yoga"])
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    rounds = Counter[int]()
    for task in desk.queue.waiting:
        while not desk.counter.count(task, desk.clock.now()):
            rounds[task.shard] += 1
            assert rounds[task.shard] < 50
    assert min(rounds.values()) >= 3
    counted = desk.service.latest("t1", "c1").counted
    assert counted is not None
    assert (counted.matched, counted.will_get) == (118, 92)
    assert counted.excluded == {"no_consent": 2, "duplicate_address": 24}


def test_newer_preflight_is_the_latest_and_keeps_apart_from_parts_of_the_older() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    older = list(desk.queue.waiting)
    desk.clock.advance(5)
    desk.service.run("t1", "c1")
    desk.work_off(older)
    assert desk.service.latest("t1", "c1").status is PreflightStatus.RUNNING


def test_count_of_an_expired_job_is_nothing_to_do() -> None:
    assert Desk().counter.count(CountTask("t1", "preflight-c1", "gone", 0), 0)


def test_job_that_never_ends_is_given_up() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.clock.advance(GIVES_UP_AFTER_MS / 1000 + 1)
    assert desk.service.latest("t1", "c1").status is PreflightStatus.FAILED


@pytest.mark.parametrize("number", [0, 1, 3, 7])
def test_shard_count_survives_its_rest(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(count_job, "HASHES_PER_PIECE", 3)
    shared = {2**64 - 1 - one for one in range(number)}
    count = AudienceCount(
        matched=9, alone=1, deferred=1, sharing=8, shared=shared, excluded={"no_consent": 1}, missing={"club": 2}
    )
    progress = ShardCount(count, "m5", True)
    assert ShardCount.from_pieces(progress.pieces()) == progress


def test_segments_and_those_left_out_are_counted_one_by_one_at_once_and_as_a_job() -> None:
    yoga = {"field": "tags", "op": "contains", "value": "yoga"}
    for at_once in (1_000, 50):
        desk = Desk(at_once=at_once)
        crowd(desk)
        desk.segments.create(MemberSegment("s1", "t1", "Yoga", filter_json=yoga))
        desk.segments.create(MemberSegment("s2", "t1", "Some", is_dynamic=False))
        desk.lists.add("t1", "s2", ["m000", "m001", "other-1"])
        target = Target({"segment_ids": ["s1"]}, {"segment_ids": ["s2"], "member_ids": ["m002"]})
        desk.campaign(target_type=TargetType.SEGMENT, target=target)
        desk.service.run("t1", "c1")
        desk.work_off()
        counted = desk.service.latest("t1", "c1").counted
        assert counted is not None
        assert (counted.matched, counted.will_get) == (95, 88)
        assert counted.segments == {"s1": 98}
        assert counted.left_out == {"segment:s2": 2, "member_ids": 1}
