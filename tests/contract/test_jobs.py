"""What every JobStore promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.ports.jobs import Job, JobPart, JobStore
from tests.doubles.jobs import MemoryJobs


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[JobStore]:
    if request.param == "dynamodb":
        request.getfixturevalue("dynamodb_tables")
        yield DynamoJobs()
    else:
        yield MemoryJobs()


def test_job_is_read_back_whole(store: JobStore, tenant_id: str) -> None:
    job = Job(tenant_id, "import", "j1", {"name": "Mitglieder März", "ranges": [[0, 10]]}, expires_at=4_000_000_000)

    assert store.create(job)

    assert job.version == 1
    assert store.get(tenant_id, "import", "j1") == job


def test_job_of_another_tenant_or_kind_is_not_seen(store: JobStore, tenant_id: str) -> None:
    store.create(Job(tenant_id, "import", "j1"))

    assert store.get(f"{tenant_id}-b", "import", "j1") is None
    assert store.get(tenant_id, "preflight", "j1") is None


def test_taken_id_is_refused(store: JobStore, tenant_id: str) -> None:
    store.create(Job(tenant_id, "import", "j1", {"by": "first"}))

    assert not store.create(Job(tenant_id, "import", "j1", {"by": "second"}))

    found = store.get(tenant_id, "import", "j1")
    assert found is not None
    assert found.document == {"by": "first"}


def test_change_of_a_stale_job_is_refused(store: JobStore, tenant_id: str) -> None:
    job = Job(tenant_id, "import", "j1")
    store.create(job)
    stale = store.get(tenant_id, "import", "j1")
    assert stale is not None
    job.document = {"cut": True}
    assert store.save(job)

    stale.document = {"cut": False}
    assert not store.save(stale)

    found = store.get(tenant_id, "import", "j1")
    assert found is not None
    assert (found.document, found.version) == ({"cut": True}, 2)


def test_jobs_of_a_kind_are_paged_newest_first_without_their_parts(store: JobStore, tenant_id: str) -> None:
    for number in range(5):
        job = Job(tenant_id, "import", f"j{number}")
        store.create(job)
        store.save_part(job, JobPart(0))
    store.create(Job(tenant_id, "preflight", "j9"))

    first = store.page(tenant_id, "import", 2, None)
    second = store.page(tenant_id, "import", 2, first[-1].id)
    third = store.page(tenant_id, "import", 2, second[-1].id)

    assert [job.id for job in (*first, *second, *third)] == ["j4", "j3", "j2", "j1", "j0"]


def test_page_behind_a_job_that_is_gone_goes_on(store: JobStore, tenant_id: str) -> None:
    for number in (1, 2, 4):
        store.create(Job(tenant_id, "import", f"j{number}"))

    assert [job.id for job in store.page(tenant_id, "import", 2, "j3")] == ["j2", "j1"]


def test_parts_are_read_in_order_of_number(store: JobStore, tenant_id: str) -> None:
    job = Job(tenant_id, "import", "j1")
    store.create(job)
    for number in (10, 2, 0):
        assert store.save_part(job, JobPart(number, {"lines": number}))

    assert [part.number for part in store.parts(tenant_id, "j1")] == [0, 2, 10]
    assert store.part(tenant_id, "j1", 10) == JobPart(10, {"lines": 10}, 1)
    assert store.part(tenant_id, "j1", 7) == JobPart(7)
    assert store.parts(tenant_id, "j") == []


def test_part_that_changed_meanwhile_is_not_overwritten(store: JobStore, tenant_id: str) -> None:
    job = Job(tenant_id, "import", "j1")
    store.create(job)
    mine, other = JobPart(0, {"state": "running"}), JobPart(0, {"state": "done"})
    assert store.save_part(job, other)

    assert not store.save_part(job, mine)

    assert store.part(tenant_id, "j1", 0).document == {"state": "done"}


def test_a_deleted_job_is_gone_with_its_parts(store: JobStore, tenant_id: str) -> None:
    job, other = Job(tenant_id, "preflight", "j1"), Job(tenant_id, "preflight", "j2")
    for one in (job, other):
        store.create(one)
        store.save_part(one, JobPart(0, {"of": one.id}))

    store.delete(job)
    store.delete(job)

    assert store.get(tenant_id, "preflight", "j1") is None
    assert store.parts(tenant_id, "j1") == []
    assert store.parts(tenant_id, "j2") == [JobPart(0, {"of": "j2"}, 1)]
