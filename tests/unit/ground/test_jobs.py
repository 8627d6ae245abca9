"""One typed wrapper for every kind of job."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ariia.domain.errors import NotFoundError, TransientError
from ariia.services.jobs import JobKind, Jobs, TouchedJobs
from tests.doubles.clock import ManualClock
from tests.doubles.jobs import MemoryJobs


@dataclass
class Errand:
    """A job of the simplest kind."""

    id: str
    tenant_id: str
    note: str = ""
    touched_at: int = 0
    version: int = 0


ERRANDS = JobKind("errand", Errand, lambda one: 7 if one.note == "passing" else None)
OTHERS = JobKind("other", Errand, lambda one: None)


@pytest.fixture
def store() -> MemoryJobs:
    return MemoryJobs()


@pytest.fixture
def jobs(store: MemoryJobs) -> Jobs[Errand]:
    return Jobs(store, ERRANDS)


def test_a_job_is_found_again_with_its_version(jobs: Jobs[Errand]) -> None:
    one = Errand("a", "gym", "hello")
    assert jobs.create(one)
    assert one.version == 1
    assert jobs.get("gym", "a") == one


def test_an_id_is_taken_once(jobs: Jobs[Errand]) -> None:
    assert jobs.create(Errand("a", "gym", "first"))
    assert not jobs.create(Errand("a", "gym", "second"))
    assert jobs.get("gym", "a").note == "first"


@pytest.mark.parametrize(("tenant_id", "job_id"), [("gym", "b"), ("club", "a")])
def test_what_is_not_there_is_named(jobs: Jobs[Errand], tenant_id: str, job_id: str) -> None:
    jobs.create(Errand("a", "gym"))
    assert jobs.find(tenant_id, job_id) is None
    with pytest.raises(NotFoundError, match=f"there is no errand {job_id}"):
        jobs.get(tenant_id, job_id)


def test_who_read_an_older_version_does_not_overwrite(jobs: Jobs[Errand]) -> None:
    jobs.create(Errand("a", "gym"))
    mine, theirs = jobs.get("gym", "a"), jobs.get("gym", "a")
    theirs.note = "theirs"
    jobs.save(theirs)
    assert not jobs.try_save(mine)
    with pytest.raises(TransientError, match="this errand"):
        jobs.save(mine)
    assert jobs.get("gym", "a") == theirs
    theirs.note = "again"
    jobs.save(theirs)
    assert (jobs.get("gym", "a").note, theirs.version) == ("again", 3)


def test_kinds_and_tenants_are_lists_of_their_own_newest_id_first(store: MemoryJobs, jobs: Jobs[Errand]) -> None:
    for one in (Errand("a", "gym"), Errand("b", "gym"), Errand("c", "gym"), Errand("d", "club")):
        jobs.create(one)
    Jobs(store, OTHERS).create(Errand("e", "gym"))
    assert [one.id for one in jobs.page("gym", 2, None)] == ["c", "b"]
    assert [one.id for one in jobs.page("gym", 2, "b")] == ["a"]


def test_a_deleted_job_stays_deleted(jobs: Jobs[Errand]) -> None:
    one = Errand("a", "gym")
    jobs.create(one)
    for _ in range(2):
        jobs.delete(one)
    assert jobs.find("gym", "a") is None


@pytest.mark.parametrize(("note", "expires_at"), [("passing", 7), ("kept", None)])
def test_its_kind_says_when_it_expires(
    store: MemoryJobs, jobs: Jobs[Errand], note: str, expires_at: int | None
) -> None:
    jobs.create(Errand("a", "gym", note))
    row = store.get("gym", "errand", "a")
    assert row is not None
    assert row.expires_at == expires_at


def test_a_job_that_is_touched_notes_when(store: MemoryJobs) -> None:
    clock = ManualClock()
    jobs, one = TouchedJobs(store, ERRANDS, clock), Errand("a", "gym")
    jobs.create(one)
    assert jobs.get("gym", "a").touched_at == clock.now()
    clock.advance(5)
    jobs.save(one)
    assert jobs.get("gym", "a").touched_at == clock.now()
