"""The ledger's stream: which rows a record is about, and what they held."""

from __future__ import annotations

from typing import Any

from ariia.adapters.dynamodb.ledger import items
from ariia.ports.statistics import LedgerChange

# Sequence numbers have up to 40 digits (API_streams_StreamRecord); padded, text compares as numbers do.
_DIGITS = 40


class LedgerStream:
    """Reads stream records of the ledger table."""

    def change(self, record: dict[str, Any]) -> LedgerChange | None:
        """The rows of a record; None when they are not counted. Raises when it can't be read."""
        change = record["dynamodb"]
        row = change["Keys"]["row"]["S"]
        sequence = str(change["SequenceNumber"]).zfill(_DIGITS)
        partition = items.partition_from(change["Keys"])
        if row == items.MARK_ROW and "NewImage" in change:
            return LedgerChange(sequence, partition, mark=items.mark_from(change["NewImage"]))
        if not items.is_counted(row):
            return None
        before, after = (items.counted_row(change[one]) if one in change else None for one in ("OldImage", "NewImage"))
        return LedgerChange(sequence, partition, before, after)
