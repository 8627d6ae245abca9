"""The ledger in memory, with the same conditions as the stored one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import RLock

from ariia.domain.ledger.batch import Batch, BatchKey, Claim, Entry, EntryState, PlanCursor, ReleaseCursor, count_state
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.evidence import open_count
from ariia.domain.ledger.put_off import marks_of
from ariia.domain.ledger.receipt import Receipt, merge
from ariia.ports.ledger.ledger import BatchSummary, Ledger, Partition, PlanPage, ReceiptKey, RecountLedger


class MemoryLedger(Ledger, RecountLedger):
    """Every method is one atomic step, as one DynamoDB call is."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.batches: dict[str, dict[str, Batch]] = {}
        self.receipts: dict[str, dict[tuple[str, str], Receipt]] = {}
        self._plans: dict[str, PlanCursor] = {}
        self._releases: dict[tuple[str, str], ReleaseCursor] = {}
        self._addresses: dict[str, dict[str, str]] = {}
        self._marks: dict[str, int] = {}

    def plan_cursor(self, partition: Partition) -> PlanCursor:
        with self._lock:
            return copy.deepcopy(self._plans.get(partition.key, PlanCursor()))

    def address_owners(self, partition: Partition, hashes: Iterable[str]) -> dict[str, str]:
        with self._lock:
            known = self._addresses.get(_campaign(partition), {})
            return {one: known[one] for one in hashes if one in known}

    def commit_page(self, page: PlanPage) -> bool:
        with self._lock:
            stored = self._plans.get(page.partition.key, PlanCursor())
            owners = self._addresses.setdefault(_campaign(page.partition), {})
            taken = any(owners.get(one, member) != member for one, member in page.address_claims.items())
            if stored.version != page.cursor.version - 1 or taken:
                return False
            owners.update(page.address_claims)
            self._plans[page.partition.key] = copy.deepcopy(page.cursor)
            rows = self.batches.setdefault(page.partition.key, {})
            for batch in page.batches:
                rows.setdefault(batch.key.row, copy.deepcopy(batch))
            return True

    def put_batch(self, batch: Batch) -> bool:
        with self._lock:
            partition = Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard)
            rows = self.batches.setdefault(partition.key, {})
            is_new = batch.key.row not in rows
            rows.setdefault(batch.key.row, copy.deepcopy(batch))
            return is_new

    def release_cursors(
        self, partitions: Sequence[Partition], lanes: Sequence[str]
    ) -> dict[tuple[int, str], ReleaseCursor]:
        with self._lock:
            return {
                (partition.shard, lane): copy.deepcopy(self._releases.get((partition.key, lane), ReleaseCursor()))
                for partition in partitions
                for lane in lanes
            }

    def save_release_cursor(self, partition: Partition, lane: str, cursor: ReleaseCursor) -> bool:
        with self._lock:
            stored = self._releases.get((partition.key, lane), ReleaseCursor())
            if stored.version != cursor.version - 1:
                return False
            self._releases[(partition.key, lane)] = copy.deepcopy(cursor)
            return True

    def save_release_cursors(
        self, cursors: Mapping[tuple[Partition, str], ReleaseCursor]
    ) -> set[tuple[Partition, str]]:
        return {place for place, cursor in cursors.items() if self.save_release_cursor(*place, cursor)}

    def summaries_after(self, partition: Partition, row: str, limit: int) -> list[BatchSummary]:
        with self._lock:
            rows = self.batches.get(partition.key, {})
            chosen = sorted(one for one in rows if one > row)[:limit]
            return [_summary(rows[one]) for one in chosen]

    def batch(self, key: BatchKey) -> Batch | None:
        with self._lock:
            found = self._find(key)
            return copy.deepcopy(found) if found else None

    def set_grace(self, key: BatchKey, token: str, grace_from: int | None) -> None:
        with self._lock:
            batch = self._find(key)
            if batch and batch.claim and batch.claim.token == token:
                claim = batch.claim
                batch.claim = Claim(claim.token, claim.attempt, claim.size, claim.lease_until, grace_from)

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        with self._lock:
            stored = self._find(batch.key)
            if stored is None or stored.claim is not None or stored.entries != list(seen):
                return False
            stored.entries, stored.reopened = list(batch.entries), batch.reopened
            return True

    def claim(self, key: BatchKey, token: str, size: int, lease_until: int) -> Batch | None:
        with self._lock:
            batch = self._find(key)
            if batch is None:
                return None
            if batch.claim is not None:
                return copy.deepcopy(batch) if batch.claim.token == token else None
            if batch.is_settled:
                return None
            batch.attempt += 1
            batch.claim = Claim(token, batch.attempt, size, lease_until)
            return copy.deepcopy(batch)

    def write_outcome(
        self, batch: Batch, claim: Claim, entries: Sequence[Entry], writer: str, wait_until: int | None = None
    ) -> bool:
        with self._lock:
            stored = self._find(batch.key)
            if stored is None:
                return False
            if stored.claim is None or stored.claim.token != claim.token:
                return stored.writer == writer
            stored.entries, stored.claim, stored.writer = list(entries), None, writer
            stored.wait_until = wait_until
            return True

    def merge_receipt(self, key: ReceiptKey, facts: Receipt) -> None:
        with self._lock:
            rows = self.receipts.setdefault(key.partition.key, {})
            place = (key.member_id, key.message)
            rows[place] = merge(rows.get(place, Receipt()), facts)

    def merge_receipts(self, facts: Mapping[ReceiptKey, Receipt]) -> set[ReceiptKey]:
        for key, receipt in facts.items():
            self.merge_receipt(key, receipt)
        return set()

    def open_to_evidence(self, keys: Sequence[BatchKey]) -> dict[BatchKey, bool]:
        with self._lock:
            found = ((key, self._find(key)) for key in keys)
            return {key: open_count(batch.entries) > 0 for key, batch in found if batch is not None}

    def remove_batch(self, batch: Batch) -> bool:
        with self._lock:
            stored = self._find(batch.key)
            if stored is None:
                return True
            if stored.claim is not None or stored.pending or stored.entries != batch.entries:
                return False
            del self.batches[Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard).key][batch.key.row]
            return True

    def delete_receipts(self, partition: Partition, member_id: str) -> None:
        with self._lock:
            rows = self.receipts.get(partition.key, {})
            for place in [one for one in rows if one[0] == member_id]:
                del rows[place]

    def pass_address_on(self, partition: Partition, address: str, owner: str, to: str) -> None:
        with self._lock:
            owners = self._addresses.get(_campaign(partition), {})
            if owners.get(address) == owner:
                owners[address] = to

    def page_of(self, partition: Partition, member_id: str) -> list[Batch]:
        with self._lock:
            pages = self._pages(partition)
            first = max((one for one in pages if one <= member_id), default=None)
            return copy.deepcopy(pages[first]) if first is not None else []

    def pages_after(self, partition: Partition, member_id: str | None, limit: int) -> list[list[Batch]]:
        with self._lock:
            pages = self._pages(partition)
            first = max((one for one in pages if member_id is not None and one <= member_id), default="")
            return copy.deepcopy([pages[one] for one in sorted(pages) if one >= first][:limit])

    def batches_between(self, partition: Partition, first: str, last: str) -> list[Batch]:
        with self._lock:
            pages = self._pages(partition)
            start = max((one for one in pages if one <= first), default="")
            return copy.deepcopy([batch for one in sorted(pages) if start <= one <= last for batch in pages[one]])

    def receipts_between(self, partition: Partition, first: str, last: str) -> dict[tuple[str, str], Receipt]:
        with self._lock:
            rows = self.receipts.get(partition.key, {})
            return {place: copy.deepcopy(one) for place, one in rows.items() if first <= place[0] <= last}

    def put_mark(self, partition: Partition, at: int) -> int:
        with self._lock:
            self._marks[partition.key] = max(at, self._marks.get(partition.key, 0) + 1)
            return self._marks[partition.key]

    def counted_rows(self, partition: Partition) -> Iterator[CountedRow]:
        for batch in list(self.batches.get(partition.key, {}).values()):
            yield CountedRow(batch.key.lane, list(batch.entries))
        for (_, message), receipt in list(self.receipts.get(partition.key, {}).items()):
            yield CountedRow(message, receipt)

    def _find(self, key: BatchKey) -> Batch | None:
        return self.batches.get(Partition(key.tenant_id, key.campaign_id, key.shard).key, {}).get(key.row)

    def _pages(self, partition: Partition) -> dict[str, list[Batch]]:
        pages: dict[str, list[Batch]] = {}
        for row in sorted(self.batches.get(partition.key, {})):
            batch = self.batches[partition.key][row]
            pages.setdefault(batch.key.page, []).append(batch)
        return pages


def _summary(batch: Batch) -> BatchSummary:
    accepted, failed = (count_state(batch.entries, one) for one in (EntryState.ACCEPTED, EntryState.FAILED))
    pending = len(batch.pending)
    put_off = marks_of(batch.entries)
    return BatchSummary(
        batch.key, len(batch.entries), pending, batch.claim, batch.wait_until, accepted, failed, put_off
    )


def _campaign(partition: Partition) -> str:
    return f"{partition.tenant_id}#{partition.campaign_id}"
