"""What every TenantStore promises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock

import pytest

from ariia.adapters.dynamodb.models import TenantModel
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.errors import TransientError
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.ports.tenants import TenantStore
from tests.doubles.tenants import MemoryTenants


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[TenantStore]:
    if request.param == "memory":
        yield MemoryTenants()
        return
    request.getfixturevalue("dynamodb_tables")
    for model in TenantModel.scan():
        model.delete()
    yield DynamoTenants()


def any_tenant(tenant_id: str) -> Tenant:
    settings = TenantSettings(one_per_address=False, hold_unknown=True, track_opens=False)
    return Tenant(tenant_id, "Gym Süd", Plan.BUSINESS, "Europe/Vienna", "de-AT", "Gym <a@b.de>", settings=settings)


def test_tenant_is_read_back_whole(store: TenantStore, tenant_id: str) -> None:
    tenant = any_tenant(tenant_id)
    assert store.create(tenant)
    assert tenant.version == 1
    assert store.get(tenant_id) == tenant
    assert store.get("nobody") is None


def test_taken_id_is_refused(store: TenantStore, tenant_id: str) -> None:
    store.create(any_tenant(tenant_id))
    assert not store.create(Tenant(tenant_id, "Another"))
    found = store.get(tenant_id)
    assert found is not None
    assert found.name == "Gym Süd"


def test_change_of_a_stale_tenant_is_refused(store: TenantStore, tenant_id: str) -> None:
    tenant = any_tenant(tenant_id)
    store.create(tenant)
    stale = store.get(tenant_id)
    assert stale is not None
    tenant.name = "New"
    assert store.save(tenant)
    stale.name = "Newer"
    assert not store.save(stale)
    found = store.get(tenant_id)
    assert found is not None
    assert (found.name, found.version) == ("New", 2)


def test_change_of_a_tenant_that_is_not_stored_is_refused(store: TenantStore, tenant_id: str) -> None:
    assert not store.save(any_tenant(tenant_id))
    assert store.get(tenant_id) is None


def test_pages_show_every_tenant_once(store: TenantStore) -> None:
    for number in range(7):
        store.create(any_tenant(f"gym-{number}"))
    seen: list[str] = []
    after = None
    while page := store.page(3, after):
        seen += [tenant.id for tenant in page]
        after = seen[-1]
    assert sorted(seen) == [f"gym-{number}" for number in range(7)]


def test_tenants_created_at_once_are_all_listed(store: TenantStore) -> None:
    # The in-memory store is for one thread at a time, like the tests that use it.
    turn = Lock() if isinstance(store, MemoryTenants) else nullcontext()

    def create(number: int) -> bool:
        try:
            with turn:
                return store.create(any_tenant(f"gym-{number}"))
        except TransientError:
            return False

    with ThreadPoolExecutor(8) as pool:
        stored = [f"gym-{number}" for number, done in enumerate(pool.map(create, range(24))) if done]
    assert len(stored) > 12
    assert sorted(tenant.id for tenant in store.page(100, None)) == sorted(stored)
