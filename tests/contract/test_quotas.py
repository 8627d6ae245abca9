"""What every QuotaStore does, alone and under the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.domain.errors import LimitError
from ariia.domain.tenants.plan import Feature, Plan
from ariia.domain.tenants.quota import ClaimState, Holding, MonthCount, QuotaClaim
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.quotas import QuotaStore
from ariia.services.tenants.quotas import Quotas
from tests.doubles.clock import ManualClock
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.tenants import MemoryTenants

NOVEMBER, DECEMBER = "2026-11", "2026-12"
EXPIRES_AT = 2_000_000_000_000


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[QuotaStore]:
    if request.param == "memory":
        yield MemoryQuotas()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoQuotas()


def any_claim(tenant_id: str, key: str = "c1", **fields: object) -> QuotaClaim:
    reserved = QuotaClaim(tenant_id, Feature.BROADCASTS, key, ClaimState.RESERVED, NOVEMBER, EXPIRES_AT)
    return replace(reserved, **fields)  # type: ignore[arg-type]


def count(store: QuotaStore, tenant_id: str, month: str = NOVEMBER) -> MonthCount:
    return store.count(tenant_id, Feature.BROADCASTS, month)


def test_claim_reads_back_and_counts_in_its_month(store: QuotaStore, tenant_id: str) -> None:
    claim = any_claim(tenant_id)
    assert store.change(None, claim)
    assert store.claim(tenant_id, Feature.BROADCASTS, "c1") == claim
    assert count(store, tenant_id) == MonthCount(taken=1, used=0)
    assert store.counts(tenant_id, NOVEMBER) == {Feature.BROADCASTS: MonthCount(1, 0)}
    assert count(store, tenant_id, DECEMBER) == MonthCount()
    assert store.claim(tenant_id, Feature.FOLLOW_UPS, "c1") is None
    assert store.claim(f"{tenant_id}x", Feature.BROADCASTS, "c1") is None


def test_claim_that_is_there_already_is_not_counted_again(store: QuotaStore, tenant_id: str) -> None:
    store.change(None, any_claim(tenant_id))
    assert not store.change(None, any_claim(tenant_id))
    assert count(store, tenant_id) == MonthCount(1, 0)


def test_settled_claim_is_used_and_given_back_one_is_free(store: QuotaStore, tenant_id: str) -> None:
    first, second = any_claim(tenant_id, "c1"), any_claim(tenant_id, "c2")
    store.change(None, first)
    store.change(None, second)
    assert store.change(first, first.become(ClaimState.SETTLED))
    assert store.change(second, second.become(ClaimState.GIVEN_BACK))
    assert count(store, tenant_id) == MonthCount(taken=1, used=1)


def test_stale_change_writes_nothing(store: QuotaStore, tenant_id: str) -> None:
    claim = any_claim(tenant_id)
    store.change(None, claim)
    store.change(claim, claim.become(ClaimState.SETTLED))
    assert not store.change(claim, claim.become(ClaimState.GIVEN_BACK))
    assert count(store, tenant_id) == MonthCount(1, 1)


def test_claim_moves_to_another_month_with_its_count(store: QuotaStore, tenant_id: str) -> None:
    claim = any_claim(tenant_id)
    store.change(None, claim)
    assert store.change(claim, replace(claim, month=DECEMBER, version=2), limit=1)
    assert (count(store, tenant_id), count(store, tenant_id, DECEMBER)) == (MonthCount(), MonthCount(1, 0))


def test_full_month_takes_no_more_and_a_change_without_a_unit_needs_no_room(store: QuotaStore, tenant_id: str) -> None:
    claim = any_claim(tenant_id)
    assert store.change(None, claim, limit=1)
    assert not store.change(None, any_claim(tenant_id, "c2"), limit=1)
    assert store.claim(tenant_id, Feature.BROADCASTS, "c2") is None
    assert store.change(claim, claim.become(ClaimState.SETTLED), limit=1)
    assert store.change(None, any_claim(tenant_id, "c2"), limit=2)


def test_holding_is_stored_once_per_version(store: QuotaStore, tenant_id: str) -> None:
    assert store.holding(tenant_id, Feature.TEMPLATES) == Holding({}, 0)
    mine, other = Holding({"t1": 5}), Holding({"t2": 6})
    assert store.save_holding(tenant_id, Feature.TEMPLATES, mine)
    assert not store.save_holding(tenant_id, Feature.TEMPLATES, other)
    assert store.holding(tenant_id, Feature.TEMPLATES) == Holding({"t1": 5}, 1)
    assert store.holding(tenant_id, Feature.SEGMENTS) == Holding({}, 0)


def test_of_fifty_requests_for_the_last_unit_one_gets_it(store: QuotaStore, tenant_id: str) -> None:
    assert _race(store, tenant_id, [f"c{number}" for number in range(50)]) == {"yes": 1, "limit": 49}
    assert count(store, tenant_id) == MonthCount(10, 9)


def test_fifty_requests_of_one_key_all_succeed_and_count_once(store: QuotaStore, tenant_id: str) -> None:
    assert _race(store, tenant_id, ["same"] * 50) == {"yes": 50}
    assert count(store, tenant_id) == MonthCount(10, 9)


def _race(store: QuotaStore, tenant_id: str, keys: list[str]) -> Counter[str]:
    """Reservations at the same time, of a plan of ten with one left."""
    tenants, clock = MemoryTenants(), ManualClock()
    tenants.create(Tenant(tenant_id, "Studio", Plan.PROFESSIONAL))
    quotas = Quotas(store, tenants, clock)
    november = 1_794_000_000_000
    for number in range(9):
        quotas.reserve(tenant_id, Feature.BROADCASTS, f"used{number}", november)
        quotas.settle(tenant_id, Feature.BROADCASTS, f"used{number}", november)

    def reserve(key: str) -> str:
        try:
            quotas.reserve(tenant_id, Feature.BROADCASTS, key, november)
        except LimitError:
            return "limit"
        return "yes"

    with ThreadPoolExecutor(50) as pool:
        return Counter(pool.map(reserve, keys))
