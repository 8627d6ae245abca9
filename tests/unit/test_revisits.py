"""What is looked at again comes when it should, whatever crashes, and an outage does not multiply it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.adapters.aws.schedules import REVISIT_FUNCTIONS
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.services.revisits import REQUEST_MS, SOON, SOON_MS, Revisits
from tests.doubles.clock import ManualClock
from tests.doubles.schedules import MemorySchedules

MINUTE_MS = 60_000
JOB = Revisit(RevisitKind.EXPORT, "studio", "e1", {"job_id": "e1"})


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.schedules = MemorySchedules(self.clock)
        self.revisits = Revisits(self.schedules, self.clock)

    @property
    def instants(self) -> list[int]:
        """When looks start, in ms from now."""
        return sorted(at - self.clock.now() for at, _ in self.schedules.waiting.values())

    def outage(self, minutes: int, look: Callable[[], object]) -> int:
        """How many looks start while each fails, and is repeated by Lambda about one and three minutes later."""
        started, repeated = 0, list[int]()
        for second in range(minutes * 60):
            self.clock.advance(1)
            fired = self.schedules.fired(self.clock.now())
            started += len(fired)
            due = [at for at in repeated if at <= second]
            repeated = [at for at in repeated if at > second] + [second + wait for _ in fired for wait in (61, 187)]
            for _ in range(len(fired) + len(due)):
                with pytest.raises(ZeroDivisionError):
                    look()
        return started


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_look_starts_at_its_instant_with_what_it_is_about(desk: Desk) -> None:
    desk.revisits.arrange(JOB, desk.clock.now() + MINUTE_MS)
    assert desk.instants == [MINUTE_MS]
    [(_, payload)] = desk.schedules.waiting.values()
    assert payload == {"kind": "export", "tenant_id": "studio", "job_id": "e1"}


def test_what_is_arranged_again_before_it_started_starts_once(desk: Desk) -> None:
    at = desk.clock.now() + MINUTE_MS
    for instant in (at, at - 1, at):
        desk.revisits.arrange(JOB, instant)
    assert desk.instants == [MINUTE_MS]
    desk.revisits.arrange(JOB, SOON)
    desk.clock.advance(2)
    desk.revisits.arrange(JOB, SOON)
    assert desk.instants == [SOON_MS - 2_000, MINUTE_MS - 2_000]


def test_things_of_other_kinds_tenants_and_keys_are_looked_at_by_themselves(desk: Desk) -> None:
    others = [
        Revisit(RevisitKind.ERASURE, "studio", "e1"),
        Revisit(RevisitKind.EXPORT, "gym", "e1"),
        Revisit(RevisitKind.EXPORT, "studio", "e2"),
    ]
    for one in (JOB, *others):
        desk.revisits.arrange(one, SOON)
    assert len(desk.instants) == 4
    desk.revisits.done(JOB, SOON)
    assert len(desk.instants) == 3


@pytest.mark.parametrize("kind", RevisitKind)
def test_the_name_of_a_schedule_is_one_that_the_scheduler_takes(kind: RevisitKind) -> None:
    name = Revisit(kind, "t" * 64, "k" * 64).name(4_102_444_800_000)
    assert len(f"{name}-again") <= 64
    assert kind in REVISIT_FUNCTIONS


def test_an_instant_that_has_passed_starts_some_seconds_from_now(desk: Desk) -> None:
    desk.revisits.arrange(JOB, desk.clock.now() - MINUTE_MS)
    assert desk.instants == [SOON_MS]
    desk.revisits.arrange(JOB, desk.clock.now() + 1_000, REQUEST_MS)
    assert desk.instants == [SOON_MS, REQUEST_MS]


def test_a_look_that_finds_all_over_leaves_nothing_behind(desk: Desk) -> None:
    seen: list[list[int]] = []
    assert desk.revisits.look(JOB, MINUTE_MS, lambda _: seen.append(desk.instants)) is None
    assert len(seen[0]) == 1
    assert desk.instants == []


@pytest.mark.parametrize("wait_ms", [-5_000, 20_000, 9 * MINUTE_MS])
def test_the_next_look_comes_when_the_work_asks_for_it(desk: Desk, wait_ms: int) -> None:
    desk.revisits.look(JOB, MINUTE_MS, lambda _: desk.clock.now() + wait_ms)
    assert desk.instants == [max(wait_ms, SOON_MS)]


def test_the_safety_look_is_kept_when_the_work_asks_for_no_other(desk: Desk) -> None:
    desk.revisits.look(JOB, MINUTE_MS, lambda again: again)
    [wait_ms] = desk.instants
    assert MINUTE_MS <= wait_ms <= 1.25 * MINUTE_MS


def test_a_look_that_somebody_arranged_for_the_same_instant_is_not_taken_back(desk: Desk) -> None:
    desk.revisits.look(JOB, MINUTE_MS, lambda again: desk.revisits.arrange(JOB, again))
    assert len(desk.instants) == 1


def test_work_that_fails_is_looked_at_again(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        desk.revisits.look(JOB, MINUTE_MS, lambda _: 1 // 0)
    assert len(desk.instants) == 1


def test_an_outage_does_not_multiply_the_looks(desk: Desk) -> None:
    desk.revisits.arrange(JOB, SOON)
    look = lambda: desk.revisits.look(JOB, 2 * MINUTE_MS, lambda _: 1 // 0)  # noqa: E731
    # No more than one for each quarter of the two minutes, however long it lasts.
    assert 20 <= desk.outage(60, look) <= 120
    assert len(desk.instants) <= 5
