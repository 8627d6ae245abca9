"""The ledger's stream: what one record means for the counters."""

from __future__ import annotations

from typing import Any

from ariia.adapters.dynamodb.client import Item
from ariia.adapters.dynamodb.ledger import items
from ariia.domain.ledger.batch import BATCH_PREFIX
from ariia.domain.ledger.containers import counted_under
from ariia.domain.ledger.receipt import RECEIPT_PREFIX
from ariia.domain.statistics import Counts, batch_counts, difference, receipt_counts
from ariia.ports.statistics import LedgerChange

# Sequence numbers have up to 40 digits (API_streams_StreamRecord); padded, text compares as numbers do.
_DIGITS = 40


class LedgerStream:
    """Reads stream records of the ledger table."""

    def change(self, record: dict[str, Any]) -> LedgerChange | None:
        """What the record adds to the counters; None when it is about no batch and no receipt, or a row that is gone,
        or of a message that counts nowhere. Raises when it can't be read."""
        change = record["dynamodb"]
        if "NewImage" not in change:
            # Rows leave the ledger only where a member is erased, and what they have counted stays.
            return None
        row = change["Keys"]["row"]["S"]
        if not row.startswith((BATCH_PREFIX, RECEIPT_PREFIX)):
            return None
        tenant_id, campaign_id, _ = change["Keys"]["ledger_key"]["S"].split("#")
        campaign_key = counted_under(tenant_id, campaign_id)
        if campaign_key is None:
            return None
        counts = difference(_counts(change.get("NewImage")), _counts(change.get("OldImage")))
        return LedgerChange(str(change["SequenceNumber"]).zfill(_DIGITS), campaign_key, counts)


def _counts(image: Item | None) -> Counts:
    if not image:
        return {}
    if image["row"]["S"].startswith(BATCH_PREFIX):
        return batch_counts(items.batch_key(image).lane, items.entries_from_text(image["entries_json"]["S"]))
    return receipt_counts(items.receipt_place(image)[1], items.receipt_from(image))
