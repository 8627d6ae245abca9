"""The ledger on DynamoDB. Every write is conditional, so that the SDK may repeat it and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ariia.adapters.dynamodb.client import Item, chunks, number, text
from ariia.adapters.dynamodb.ledger import items
from ariia.adapters.dynamodb.ledger.rows import LedgerRows, version_is
from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import BATCH_PREFIX, Batch, BatchKey, Claim, Entry, PlanCursor, ReleaseCursor
from ariia.domain.ledger.receipt import RECEIPT_PREFIX, Receipt, merge
from ariia.ports.ledger.ledger import BatchSummary, Ledger, Partition, PlanPage, ReceiptKey

# Sorts behind every lane and number of a page, and before any longer id (`#` sorts before letters, digits and dashes).
_PAGE_END = "#~"
_SUMMARY = (
    "ledger_key, #row, entry_count, pending_count, accepted_count, failed_count, attempt_number, claim_token, "
    "claim_size, lease_until, grace_from, wait_until, put_off_marks"
)
_ADDRESS_HOMES = 16
_TRIES = 20
_CURSORS_PER_CALL = 100  # API_TransactWriteItems


class DynamoLedger(Ledger):
    """All ledger ports over one table."""

    def __init__(self, client: Any, table: str) -> None:
        self._rows = LedgerRows(client, table)

    # Planning

    def plan_cursor(self, partition: Partition) -> PlanCursor:
        return items.plan_cursor_from(self._rows.get(partition, items.PLAN_ROW))

    def address_owners(self, partition: Partition, hashes: Iterable[str]) -> dict[str, str]:
        keys = [self._address_key(partition, one) for one in sorted(set(hashes))]
        found = self._rows.get_many(keys)
        return {item["row"]["S"].removeprefix("address#"): item["owner_hash"]["S"] for item in found}

    def commit_page(self, page: PlanPage) -> bool:
        before = page.cursor.version - 1
        cursor = self._rows.put(items.document_item(page.partition, items.PLAN_ROW, page.cursor, page.cursor.version))
        cursor["Put"] |= version_is(before)
        actions = [cursor]
        actions += [self._claim_address(page.partition, one, owner) for one, owner in page.address_claims.items()]
        for batch in page.batches:
            put = self._rows.put(items.batch_item(batch))
            put["Put"] |= {"ConditionExpression": "attribute_not_exists(ledger_key)"}
            actions.append(put)
        return self._rows.transact(actions)

    def _claim_address(self, partition: Partition, address: str, owner: str) -> dict[str, Any]:
        put = self._rows.put({**self._address_key(partition, address), "owner_hash": text(owner)})
        put["Put"] |= {
            "ConditionExpression": "attribute_not_exists(ledger_key) OR owner_hash = :me",
            "ExpressionAttributeValues": {":me": text(owner)},
        }
        return put

    def _address_key(self, partition: Partition, address: str) -> Item:
        # Two members with one address may rest in two shards: the address decides where its claim rests.
        home = Partition(partition.tenant_id, partition.campaign_id, int(address[:8], 16) % _ADDRESS_HOMES)
        return items.key_item(home, items.address_row(address))

    def put_batch(self, batch: Batch) -> bool:
        return self._rows.put_if(items.batch_item(batch), ConditionExpression="attribute_not_exists(ledger_key)")

    # Releasing

    def release_cursors(
        self, partitions: Sequence[Partition], lanes: Sequence[str]
    ) -> dict[tuple[int, str], ReleaseCursor]:
        places = {
            (one.shard, lane): items.key_item(one, items.release_row(lane)) for one in partitions for lane in lanes
        }
        found = {
            (item["ledger_key"]["S"], item["row"]["S"]): items.release_cursor_from(item)
            for item in self._rows.get_many(list(places.values()))
        }
        return {
            place: found.get((key["ledger_key"]["S"], key["row"]["S"]), ReleaseCursor())
            for place, key in places.items()
        }

    def save_release_cursor(self, partition: Partition, lane: str, cursor: ReleaseCursor) -> bool:
        item = items.document_item(partition, items.release_row(lane), cursor, cursor.version)
        return self._rows.put_if(item, **version_is(cursor.version - 1))

    def save_release_cursors(
        self, cursors: Mapping[tuple[Partition, str], ReleaseCursor]
    ) -> set[tuple[Partition, str]]:
        saved: set[tuple[Partition, str]] = set()
        for some in chunks(list(cursors), _CURSORS_PER_CALL):
            if len(some) > 1 and self._rows.transact([self._put_cursor(place, cursors[place]) for place in some]):
                saved.update(some)
            else:
                saved.update(place for place in some if self.save_release_cursor(*place, cursors[place]))
        return saved

    def _put_cursor(self, place: tuple[Partition, str], cursor: ReleaseCursor) -> dict[str, Any]:
        partition, lane = place
        put = self._rows.put(items.document_item(partition, items.release_row(lane), cursor, cursor.version))
        put["Put"] |= version_is(cursor.version - 1)
        return put

    def summaries_after(self, partition: Partition, row: str, limit: int) -> list[BatchSummary]:
        first = row + "\x00" if row else BATCH_PREFIX
        found = self._rows.query(partition, first, BATCH_PREFIX + "~", limit, ProjectionExpression=_SUMMARY)
        return [items.summary_from(item) for item in found]

    def batch(self, key: BatchKey) -> Batch | None:
        item = self._rows.get(items.partition_of(key), key.row)
        return items.batch_from(item) if item else None

    def set_grace(self, key: BatchKey, token: str, grace_from: int | None) -> None:
        expression = "REMOVE grace_from" if grace_from is None else "SET grace_from = :at"
        values = {":token": text(token)} | ({":at": number(grace_from)} if grace_from is not None else {})
        self._rows.changed(key, expression, "claim_token = :token", values)

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        values = items.entry_values(batch.entries) | {
            ":seen": text(items.entries_to_text(seen)),
            ":reopened": number(batch.reopened),
        }
        expression = f"SET {items.SET_ENTRIES}, reopened_epoch = :reopened"
        condition = "attribute_not_exists(claim_token) AND entries_json = :seen"
        return self._rows.changed(batch.key, expression, condition, values)

    # Sending

    def claim(self, key: BatchKey, token: str, size: int, lease_until: int) -> Batch | None:
        values = {":token": text(token), ":size": number(size), ":lease": number(lease_until)}
        expression = "SET claim_token = :token, claim_size = :size, lease_until = :lease ADD attempt_number :one"
        condition = "attribute_not_exists(claim_token) AND pending_count > :zero"
        more = {":one": number(1), ":zero": number(0)}
        item = self._rows.update(key, expression, condition, values | more)
        if item is None:
            # The SDK may have repeated a claim that had gone through: our own token is success.
            item = self._rows.get(items.partition_of(key), key.row)
            if item is None or item.get("claim_token") != text(token):
                return None
        return items.batch_from(item)

    def write_outcome(
        self, batch: Batch, claim: Claim, entries: Sequence[Entry], writer: str, wait_until: int | None = None
    ) -> bool:
        put = f"SET {items.SET_ENTRIES}, writer_token = :writer"
        end = " REMOVE claim_token, claim_size, lease_until, grace_from"
        values = items.entry_values(entries) | {":token": text(claim.token), ":writer": text(writer)}
        if wait_until is not None:
            values[":wait"] = number(wait_until)
        expression = put + end + ", wait_until" if wait_until is None else f"{put}, wait_until = :wait{end}"
        if self._rows.changed(batch.key, expression, "claim_token = :token", values):
            return True
        stored = self.batch(batch.key)
        return stored is not None and stored.writer == writer

    # Receipts

    def merge_receipt(self, key: ReceiptKey, facts: Receipt) -> None:
        for _ in range(_TRIES):
            if self._merge(key, facts, self._rows.get(key.partition, key.row)):
                return
        raise TransientError(f"receipt changed {_TRIES} times while it was being merged")

    def merge_receipts(self, facts: Mapping[ReceiptKey, Receipt]) -> set[ReceiptKey]:
        """A stale read costs half: facts that it holds stay, and a write on top of it fails."""
        keys = list(facts)
        places = [items.key_item(key.partition, key.row) for key in keys]
        found = self._rows.get_many(places, ConsistentRead=False)
        stored = {(item["ledger_key"]["S"], item["row"]["S"]): item for item in found}
        failed = set()
        for key in keys:
            try:
                if not self._merge(key, facts[key], stored.get((key.partition.key, key.row))):
                    self.merge_receipt(key, facts[key])
            except TransientError:
                failed.add(key)
        return failed

    def _merge(self, key: ReceiptKey, facts: Receipt, item: Item | None) -> bool:
        before = items.receipt_from(item) if item else Receipt()
        after = merge(before, facts)
        if item and after == before:
            return True
        version = int(item["row_version"]["N"]) if item else 0
        merged = items.document_item(key.partition, key.row, after, version + 1)
        return self._rows.put_if(merged, **version_is(version))

    def open_to_evidence(self, keys: Sequence[BatchKey]) -> dict[BatchKey, bool]:
        places = [items.key_item(items.partition_of(key), key.row) for key in dict.fromkeys(keys)]
        names = {"#row": "row"}
        found = self._rows.get_many(
            places, ProjectionExpression="ledger_key, #row, open_count", ExpressionAttributeNames=names
        )
        return {items.batch_key(item): item["open_count"]["N"] != "0" for item in found}

    # Recipients

    def page_of(self, partition: Partition, member_id: str) -> list[Batch]:
        page = self._page_before(partition, member_id)
        return self._page(partition, page) if page is not None else []

    def pages_after(self, partition: Partition, member_id: str | None, limit: int) -> list[list[Batch]]:
        pages: list[list[Batch]] = []
        start = self._page_before(partition, member_id) if member_id is not None else None
        page = start if start is not None else self._page_from(partition, BATCH_PREFIX)
        while page is not None and len(pages) < limit:
            pages.append(self._page(partition, page))
            page = self._page_from(partition, f"{BATCH_PREFIX}{page}{_PAGE_END}")
        return pages

    def batches_between(self, partition: Partition, first: str, last: str) -> list[Batch]:
        start = f"{BATCH_PREFIX}{self._page_before(partition, first) or ''}"
        found = self._rows.query(partition, start, f"{BATCH_PREFIX}{last}{_PAGE_END}", None)
        return [items.batch_from(item) for item in found]

    def receipts_between(self, partition: Partition, first: str, last: str) -> dict[tuple[str, str], Receipt]:
        found = self._rows.query(partition, f"{RECEIPT_PREFIX}{first}#", f"{RECEIPT_PREFIX}{last}{_PAGE_END}", None)
        return {items.receipt_place(item): items.receipt_from(item) for item in found}

    # Erasing

    def remove_batch(self, batch: Batch) -> bool:
        key = items.key_item(items.partition_of(batch.key), batch.key.row)
        condition = "attribute_not_exists(claim_token) AND pending_count = :zero AND entries_json = :seen"
        values = {":zero": number(0), ":seen": text(items.entries_to_text(batch.entries))}
        if self._rows.delete_if(key, condition, values):
            return True
        return self.batch(batch.key) is None

    def delete_receipts(self, partition: Partition, member_id: str) -> None:
        first, last = f"{RECEIPT_PREFIX}{member_id}#", f"{RECEIPT_PREFIX}{member_id}{_PAGE_END}"
        for item in self._rows.query(partition, first, last, None):
            self._rows.delete({"ledger_key": item["ledger_key"], "row": item["row"]})

    def pass_address_on(self, partition: Partition, address: str, owner: str, to: str) -> None:
        moved = {**self._address_key(partition, address), "owner_hash": text(to)}
        is_owners = {"ConditionExpression": "owner_hash = :owner", "ExpressionAttributeValues": {":owner": text(owner)}}
        self._rows.put_if(moved, **is_owners)

    def _page_before(self, partition: Partition, member_id: str) -> str | None:
        last = f"{BATCH_PREFIX}{member_id}{_PAGE_END}"
        found = self._rows.query(partition, BATCH_PREFIX, last, 1, ScanIndexForward=False)
        return items.batch_key(found[0]).page if found else None

    def _page_from(self, partition: Partition, row: str) -> str | None:
        found = self._rows.query(partition, row, BATCH_PREFIX + "~", 1)
        return items.batch_key(found[0]).page if found else None

    def _page(self, partition: Partition, page: str) -> list[Batch]:
        found = self._rows.query(partition, f"{BATCH_PREFIX}{page}#", f"{BATCH_PREFIX}{page}{_PAGE_END}", None)
        return [items.batch_from(item) for item in found]
