"""What every SendRates does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.ports.ledger.sending import SendRate, SendRates
from tests.doubles.sending import MemorySendRates

NOW = 1_800_000_000_000


@pytest.fixture(params=["memory", "dynamodb"])
def rates(request: pytest.FixtureRequest) -> Iterator[SendRates]:
    if request.param == "memory":
        yield MemorySendRates()
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        yield DynamoSendRates(dynamodb_client(), names.physical(prefix, names.SEND_RATES))


def test_the_last_rate_is_kept(rates: SendRates, tenant_id: str) -> None:
    assert rates.rate(tenant_id) is None
    rates.save_rate(tenant_id, SendRate(14.0, 200.0, 3.0, at=NOW))
    rates.save_rate(tenant_id, SendRate(50.0, -1.0, 3.0, at=NOW, sending_enabled=False))
    assert rates.rate(tenant_id) == SendRate(50.0, -1.0, 3.0, at=NOW, sending_enabled=False)


def test_tokens_are_given_in_line_and_never_more_than_the_rate(rates: SendRates, tenant_id: str) -> None:
    slots = [rates.take(tenant_id, 50, now=NOW, per_second=100, horizon_ms=60_000) for _ in range(10)]
    assert slots[0] == NOW
    assert slots[-1] == NOW - 1_000 + 9 * 500


def test_nothing_is_reserved_beyond_the_horizon(rates: SendRates, tenant_id: str) -> None:
    assert rates.take(tenant_id, 1_000, now=NOW, per_second=10, horizon_ms=5_000) == NOW
    assert rates.take(tenant_id, 10, now=NOW, per_second=10, horizon_ms=5_000) is None
    later = NOW + 95_000
    assert rates.take(tenant_id, 10, now=later, per_second=10, horizon_ms=5_000) == NOW + 99_000


def test_idle_time_is_caught_up_by_one_second_at_most(rates: SendRates, tenant_id: str) -> None:
    rates.take(tenant_id, 10, now=NOW, per_second=10, horizon_ms=5_000)
    much_later = NOW + 3_600_000
    slots = [rates.take(tenant_id, 10, now=much_later, per_second=10, horizon_ms=9_000) for _ in range(3)]
    assert slots == [much_later, much_later, much_later + 1_000]


def test_many_takers_share_one_bucket(rates: SendRates, tenant_id: str) -> None:
    def take(_: int) -> int | None:
        return rates.take(tenant_id, 10, now=NOW, per_second=100, horizon_ms=60_000)

    with ThreadPoolExecutor(4) as pool:
        slots = sorted(slot for slot in pool.map(take, range(40)) if slot is not None)
    assert slots[-1] == NOW - 1_000 + 39 * 100


def test_sending_campaigns_are_counted_for_half_an_hour(rates: SendRates, tenant_id: str) -> None:
    assert rates.note_active(tenant_id, "t#a", NOW) == 1
    assert rates.note_active(tenant_id, "t#b", NOW + 1) == 2
    assert rates.note_active(tenant_id, "t#a", NOW + 2) == 2
    assert rates.note_active(tenant_id, "t#c", NOW + 1_800_001) == 2


def test_campaign_that_ended_counts_no_more(rates: SendRates, tenant_id: str) -> None:
    rates.note_ended(tenant_id, "t#a")
    rates.note_active(tenant_id, "t#a", NOW)
    rates.note_active(tenant_id, "t#b", NOW)
    for _ in range(2):
        rates.note_ended(tenant_id, "t#a")
    assert rates.note_active(tenant_id, "t#b", NOW) == 1
