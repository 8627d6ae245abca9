"""The granted rate is used, hardly anything is throttled, and a small tenant does not wait for a large one."""

from __future__ import annotations

import pytest

from benchmarks import pacing
from benchmarks.pacing import PacedSending, TokenBucket, fairness, rate_use


@pytest.mark.parametrize("rate", [14.0, 50.0, 70.0, 100.0, 125.0, 200.0, 300.0, 500.0, 1_000.0, 10_000.0])
def test_the_granted_rate_is_used_and_not_exceeded(rate: float) -> None:
    use = rate_use(rate, seconds=30)
    assert 0.98 <= use["share_of_rate"] <= 1.05
    assert use["throttled_share"] <= 0.001


def test_a_small_tenant_ends_soon_beside_ten_million_messages() -> None:
    found = fairness(200.0, large=10_000_000, small=1_000)
    assert found["beside_seconds"] <= 2 * found["alone_seconds"] + 60


def test_with_all_batches_reserved_at_once_few_senders_get_in_each_others_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "batches_at_a_time", lambda rate: 10)
    use = rate_use(100.0, seconds=60)
    assert use["share_of_rate"] < 0.98
    assert use["throttled_share"] > 0.001


def test_a_call_with_more_entries_than_the_rate_per_second_is_throttled() -> None:
    assert TokenBucket(14.0).take(15, 0.0) == 0
    assert TokenBucket(14.0).take(14, 0.0) == 14


def test_an_account_that_grants_less_than_is_believed_throttles() -> None:
    believing = PacedSending(200.0, {"studio": 20_000})
    believing._bucket = TokenBucket(100.0)
    assert believing.run(30_000).throttled > 1_000
