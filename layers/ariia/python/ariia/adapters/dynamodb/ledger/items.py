"""Ledger rows as DynamoDB items and back. Entries rest as one JSON string: an attribute to parse, not two hundred.

Attribute names hold an underscore: no such word is reserved in expressions (DynamoDB guide, reserved words)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ariia.adapters.dynamodb.client import Item, number, text
from ariia.domain.documents import decode, encode
from ariia.domain.ledger.batch import (
    BATCH_PREFIX,
    Batch,
    BatchKey,
    Claim,
    Entry,
    EntryState,
    PlanCursor,
    ReleaseCursor,
    count_state,
)
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.evidence import open_count
from ariia.domain.ledger.put_off import marks_of
from ariia.domain.ledger.receipt import RECEIPT_PREFIX, Receipt
from ariia.ports.ledger.ledger import BatchSummary, Partition

PLAN_ROW = "plan"
MARK_ROW, MARK = "mark", "mark_number"
# What changes with the entries; `entry_values` has the values.
SET_ENTRIES = (
    "entries_json = :entries, pending_count = :pending, accepted_count = :accepted, failed_count = :failed, "
    "open_count = :open, put_off_marks = :put_off"
)


def release_row(lane: str) -> str:
    """Range key of a lane's release cursor."""
    return f"release#{lane}"


def address_row(address: str) -> str:
    """Range key of an address that was given to a member."""
    return f"address#{address}"


def partition_of(key: BatchKey) -> Partition:
    """The partition a batch rests in."""
    return Partition(key.tenant_id, key.campaign_id, key.shard)


def key_item(partition: Partition, row: str) -> Item:
    """The primary key."""
    return {"ledger_key": text(partition.key), "row": text(row)}


def entries_to_text(entries: Sequence[Entry]) -> str:
    """Entries as compact JSON; trailing defaults are left out, as 50 entries are written three times."""
    return json.dumps([_entry_values(entry) for entry in entries], separators=(",", ":"))


def _entry_values(entry: Entry) -> list[Any]:
    values = [entry.member_id, entry.state.value, entry.detail, entry.attempt, entry.at, entry.untracked]
    defaults = ["", EntryState.PENDING.value, "", 0, 0, 0]
    while len(values) > 1 and values[-1] == defaults[len(values) - 1]:
        values.pop()
    return values


def entries_from_text(stored: str) -> list[Entry]:
    """The entries of a stored batch."""
    return [
        Entry(one[0], EntryState(one[1]) if len(one) > 1 else EntryState.PENDING, *one[2:])
        for one in json.loads(stored)
    ]


def entry_values(entries: Sequence[Entry]) -> Item:
    """The values of SET_ENTRIES."""
    return {
        ":entries": text(entries_to_text(entries)),
        ":pending": number(count_state(entries, EntryState.PENDING)),
        ":accepted": number(count_state(entries, EntryState.ACCEPTED)),
        ":failed": number(count_state(entries, EntryState.FAILED)),
        ":open": number(open_count(entries)),
        ":put_off": text(_marks_to_text(entries)),
    }


def _marks_to_text(entries: Sequence[Entry]) -> str:
    marks = marks_of(entries)
    return json.dumps(marks, separators=(",", ":")) if marks else ""


def batch_item(batch: Batch) -> Item:
    """A batch as it is first planned."""
    return {
        **key_item(partition_of(batch.key), batch.key.row),
        "entries_json": text(entries_to_text(batch.entries)),
        "entry_count": number(len(batch.entries)),
        "pending_count": number(len(batch.pending)),
        "open_count": number(open_count(batch.entries)),
        "accepted_count": number(count_state(batch.entries, EntryState.ACCEPTED)),
        "failed_count": number(count_state(batch.entries, EntryState.FAILED)),
        "attempt_number": number(batch.attempt),
    }


def batch_from(item: Item) -> Batch:
    """The stored batch."""
    return Batch(
        key=batch_key(item),
        entries=entries_from_text(item["entries_json"]["S"]),
        attempt=int(item["attempt_number"]["N"]),
        claim=claim_from(item),
        writer=item["writer_token"]["S"] if "writer_token" in item else None,
        reopened=int(item["reopened_epoch"]["N"]) if "reopened_epoch" in item else 0,
        wait_until=_wait_until(item),
    )


def partition_from(item: Item) -> Partition:
    """The partition of a stored row."""
    tenant_id, campaign_id, shard = item["ledger_key"]["S"].split("#")
    return Partition(tenant_id, campaign_id, int(shard))


def batch_key(item: Item) -> BatchKey:
    """The key of a stored batch."""
    tenant_id, campaign_id, shard = item["ledger_key"]["S"].split("#")
    return BatchKey.from_row(tenant_id, campaign_id, int(shard), item["row"]["S"])


def summary_from(item: Item) -> BatchSummary:
    """A stored batch without its entries."""
    size, pending = int(item["entry_count"]["N"]), int(item["pending_count"]["N"])
    # A row that an earlier version planned has no such counts: what is settled in it is taken for accepted.
    accepted = int(item["accepted_count"]["N"]) if "accepted_count" in item else size - pending
    failed = int(item["failed_count"]["N"]) if "failed_count" in item else 0
    marks = item["put_off_marks"]["S"] if "put_off_marks" in item else ""
    put_off = json.loads(marks) if marks else {}
    return BatchSummary(batch_key(item), size, pending, claim_from(item), _wait_until(item), accepted, failed, put_off)


def _wait_until(item: Item) -> int | None:
    return int(item["wait_until"]["N"]) if "wait_until" in item else None


def claim_from(item: Item) -> Claim | None:
    """The claim on a stored batch."""
    if "claim_token" not in item:
        return None
    grace = item.get("grace_from")
    return Claim(
        token=item["claim_token"]["S"],
        attempt=int(item["attempt_number"]["N"]),
        size=int(item["claim_size"]["N"]),
        lease_until=int(item["lease_until"]["N"]),
        grace_from=int(grace["N"]) if grace else None,
    )


def document_item(partition: Partition, row: str, value: PlanCursor | ReleaseCursor | Receipt, version: int) -> Item:
    """A cursor or a receipt."""
    document = json.dumps(encode(value), separators=(",", ":"))
    return {**key_item(partition, row), "document": text(document), "row_version": number(version)}


def plan_cursor_from(item: Item | None) -> PlanCursor:
    """The stored cursor, or a fresh one."""
    return decode(PlanCursor, json.loads(item["document"]["S"])) if item else PlanCursor()


def release_cursor_from(item: Item) -> ReleaseCursor:
    """The stored cursor."""
    return decode(ReleaseCursor, json.loads(item["document"]["S"]))


def receipt_from(item: Item) -> Receipt:
    """The stored receipt."""
    return decode(Receipt, json.loads(item["document"]["S"]))


def receipt_place(item: Item) -> tuple[str, str]:
    """(member id, message) of a stored receipt."""
    _, member_id, message = item["row"]["S"].split("#", 2)
    return member_id, message


def is_counted(row: str) -> bool:
    """Whether figures are made of the row with this range key."""
    return row.startswith((BATCH_PREFIX, RECEIPT_PREFIX))


def counted_row(item: Item) -> CountedRow:
    """What of a stored batch or receipt is counted."""
    if item["row"]["S"].startswith(BATCH_PREFIX):
        return CountedRow(batch_key(item).lane, entries_from_text(item["entries_json"]["S"]))
    return CountedRow(receipt_place(item)[1], receipt_from(item))


def mark_from(item: Item) -> int:
    """The number of a stored mark."""
    return int(item[MARK]["N"])
