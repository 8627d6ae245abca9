"""Going through the batches of a shard in key order, a page of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

from ariia.ports.ledger.ledger import BatchSummary, Partition, ReleaseLedger

_PAGE = 500


def batches_after(ledger: ReleaseLedger, partition: Partition, row: str) -> Iterator[BatchSummary]:
    """Every batch of any lane behind `row`, without its entries; strongly consistent, read as far as asked for."""
    while True:
        found = ledger.summaries_after(partition, row, _PAGE)
        yield from found
        if len(found) < _PAGE:
            return
        row = found[-1].key.row


def up_to(last: str, batches: Iterator[BatchSummary]) -> Iterator[BatchSummary]:
    """Those of `batches` (in key order) that don't lie behind the row `last`."""
    for summary in batches:
        if summary.key.row > last:
            return
        yield summary
