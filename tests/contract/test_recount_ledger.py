"""What every RecountLedger does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.recount import DynamoRecountLedger
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, PlanCursor
from ariia.domain.ledger.receipt import EventKind, Receipt
from ariia.ports.ledger.ledger import Partition, PlanPage, ReceiptKey
from tests.doubles.ledger import MemoryLedger


@pytest.fixture(params=["memory", "dynamodb"])
def ledgers(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """The ledger as it is written, and as it is counted."""
    if request.param == "memory":
        ledger = MemoryLedger()
        yield ledger, ledger
    else:
        prefix = request.getfixturevalue("dynamodb_tables")
        dynamodb_client.cache_clear()
        table = names.physical(prefix, names.LEDGER)
        yield DynamoLedger(dynamodb_client(), table), DynamoRecountLedger(dynamodb_client(), table)


def test_marks_only_rise_and_follow_the_clock_where_it_is_ahead(ledgers: tuple[Any, Any], tenant_id: str) -> None:
    _, counted = ledgers
    partition = Partition(tenant_id, "c1", 3)
    assert [counted.put_mark(partition, at) for at in (1_000, 1_000, 500, 9_000)] == [1_000, 1_001, 1_002, 9_000]


def test_batches_and_receipts_of_the_partition_are_counted_and_no_other_rows(
    ledgers: tuple[Any, Any], tenant_id: str
) -> None:
    ledger, counted = ledgers
    partition, other = Partition(tenant_id, "c1", 3), Partition(tenant_id, "c1", 4)
    for place in (partition, other):
        key = BatchKey(tenant_id, "c1", place.shard, "anna", "l0", 0)
        assert ledger.commit_page(PlanPage(place, PlanCursor(version=1), [Batch(key, [Entry("anna")])]))
    receipt = Receipt(times={EventKind.OPENED.value: 5})
    ledger.merge_receipt(ReceiptKey(partition, "zoe", "l1"), receipt)
    counted.put_mark(partition, 1)
    found = [(row.lane, row.content) for row in counted.counted_rows(partition)]
    assert found == [("l0", [Entry("anna")]), ("l1", receipt)]
