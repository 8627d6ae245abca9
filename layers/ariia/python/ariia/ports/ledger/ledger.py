"""The ledger: what we did (batches, cursors) and what came of it (receipts)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ariia.domain.ledger.batch import Batch, BatchKey, Claim, Entry, PlanCursor, ReleaseCursor
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.receipt import Receipt


@dataclass(frozen=True)
class Partition:
    """One shard of one campaign: the unit that the ledger is keyed by."""

    tenant_id: str
    campaign_id: str
    shard: int

    @property
    def key(self) -> str:
        """Hash key in the ledger table."""
        return f"{self.tenant_id}#{self.campaign_id}#{self.shard}"


@dataclass(frozen=True)
class ReceiptKey:
    """One message to one member; `message` is the lane (in a sequence: enrolment and step)."""

    partition: Partition
    member_id: str
    message: str

    @property
    def row(self) -> str:
        """Range key inside the ledger partition."""
        return f"receipt#{self.member_id}#{self.message}"


@dataclass(frozen=True)
class PlanPage:
    """What one planning step writes at once: batches, address claims (hash -> `audit.subject_of` the member who has it
    from then on) and the moved cursor."""

    partition: Partition
    cursor: PlanCursor
    batches: Sequence[Batch] = ()
    address_claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchSummary:
    """A batch without its entries: how many there are, how many still wait, and until when (epoch ms); how many the
    provider took, and how many failed. `put_off` counts those who were put off, by `PutOff.mark`."""

    key: BatchKey
    size: int
    pending: int
    claim: Claim | None = None
    wait_until: int | None = None
    accepted: int = 0
    failed: int = 0
    put_off: Mapping[str, int] = field(default_factory=dict)


class PlanningLedger(Protocol):
    """What planning writes and reads."""

    def plan_cursor(self, partition: Partition) -> PlanCursor:
        """The shard's cursor, strongly consistent; a fresh one when the shard was never touched."""
        ...

    def address_owners(self, partition: Partition, hashes: Iterable[str]) -> dict[str, str]:
        """`audit.subject_of` the owner by address hash, of those addresses that this campaign has given to somebody."""
        ...

    def commit_page(self, page: PlanPage) -> bool:
        """Writes the whole page in one transaction, if the stored cursor's version is one below the page's and every
        address is free or already the same member's. False when not; nothing is written then."""
        ...


class ReleaseLedger(Protocol):
    """What releasing and settling read and write."""

    def release_cursors(
        self, partitions: Sequence[Partition], lanes: Sequence[str]
    ) -> dict[tuple[int, str], ReleaseCursor]:
        """Cursors by (shard, lane), strongly consistent; fresh ones where none is stored."""
        ...

    def save_release_cursor(self, partition: Partition, lane: str, cursor: ReleaseCursor) -> bool:
        """Stores the cursor if the stored version is one below its own; False when another was faster."""
        ...

    def save_release_cursors(
        self, cursors: Mapping[tuple[Partition, str], ReleaseCursor]
    ) -> set[tuple[Partition, str]]:
        """The same for many, by partition and lane, in as few calls as can be; those that were stored. Each stands for
        itself: where another was faster with one, the others are stored."""
        ...

    def summaries_after(self, partition: Partition, row: str, limit: int) -> list[BatchSummary]:
        """Up to `limit` batches of any lane behind `row` in key order, strongly consistent, without their entries."""
        ...

    def batch(self, key: BatchKey) -> Batch | None:
        """The whole batch, strongly consistent; None when there is none."""
        ...

    def set_grace(self, key: BatchKey, token: str, grace_from: int | None) -> None:
        """Notes since when (epoch ms) the event pipeline is proven alive for this claim; no effect on another claim."""
        ...

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        """Stores the entries of an unclaimed batch if it is still unclaimed and its entries are still `seen`."""
        ...


class SendLedger(Protocol):
    """What sending writes: two writes for a whole batch."""

    def claim(self, key: BatchKey, token: str, size: int, lease_until: int) -> Batch | None:
        """Claims the first `size` pending entries of an unclaimed, unsettled batch and raises its attempt by one.
        The claimed batch, or None when there is nothing to claim. A repeated call with its own token succeeds again."""
        ...

    def write_outcome(
        self, batch: Batch, claim: Claim, entries: Sequence[Entry], writer: str, wait_until: int | None = None
    ) -> bool:
        """Puts `entries` in, until when (epoch ms) those that still wait are to be left alone, and ends the claim, if
        `claim` still holds or `writer` has made this very write already. False when somebody else has resolved the
        claim meanwhile."""
        ...


class ReceiptLedger(Protocol):
    """What recording events reads and writes."""

    def batch(self, key: BatchKey) -> Batch | None:
        """The whole batch, strongly consistent; None when there is none."""
        ...

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        """Stores the entries of an unclaimed batch if it is still unclaimed and its entries are still `seen`."""
        ...

    def receipts_between(self, partition: Partition, first: str, last: str) -> dict[tuple[str, str], Receipt]:
        """Receipts by (member id, message) for members first <= id <= last, strongly consistent."""
        ...

    def merge_receipt(self, key: ReceiptKey, facts: Receipt) -> None:
        """Merges `facts` into the stored receipt; repeating it changes nothing. TransientError: do it again."""
        ...

    def merge_receipts(self, facts: Mapping[ReceiptKey, Receipt]) -> set[ReceiptKey]:
        """Merges many, each on its own; those that could not be merged this time."""
        ...

    def open_to_evidence(self, keys: Sequence[BatchKey]) -> dict[BatchKey, bool]:
        """Of those batches that there are, whether an event may still decide something in them (domain/evidence),
        strongly consistent."""
        ...


class SingleLedger(Protocol):
    """What single messages write and read beside the send path."""

    def put_batch(self, batch: Batch) -> bool:
        """Stores the batch if there is none with its key; False when there is one, which stays as it is."""
        ...

    def batch(self, key: BatchKey) -> Batch | None:
        """The whole batch, strongly consistent; None when there is none."""
        ...

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        """Stores the entries of an unclaimed batch if it is still unclaimed and its entries are still `seen`."""
        ...

    def receipts_between(self, partition: Partition, first: str, last: str) -> dict[tuple[str, str], Receipt]:
        """Receipts by (member id, message) for members first <= id <= last, strongly consistent."""
        ...


class RecipientLedger(Protocol):
    """What answering questions about recipients reads."""

    def page_of(self, partition: Partition, member_id: str) -> list[Batch]:
        """All batches of the page that would hold this member; empty when the shard has none."""
        ...

    def pages_after(self, partition: Partition, member_id: str | None, limit: int) -> list[list[Batch]]:
        """Up to `limit` whole pages in key order, from the page that holds `member_id` (None: the first) on."""
        ...

    def batches_between(self, partition: Partition, first: str, last: str) -> list[Batch]:
        """Every batch that may hold members first <= id <= last, in key order."""
        ...

    def receipts_between(self, partition: Partition, first: str, last: str) -> dict[tuple[str, str], Receipt]:
        """Receipts by (member id, message) for members first <= id <= last."""
        ...


class ErasingLedger(RecipientLedger, Protocol):
    """What taking a member out of the ledger reads and writes. The stream counts no row that goes."""

    def batch(self, key: BatchKey) -> Batch | None:
        """The whole batch, strongly consistent; None when there is none."""
        ...

    def rewrite(self, batch: Batch, seen: Sequence[Entry]) -> bool:
        """Stores the entries of an unclaimed batch if it is still unclaimed and its entries are still `seen`."""
        ...

    def remove_batch(self, batch: Batch) -> bool:
        """Takes away a batch in which nobody waits, if it is unclaimed and its entries are still these; True as well
        when it is gone."""
        ...

    def delete_receipts(self, partition: Partition, member_id: str) -> None:
        """Takes away every receipt of the member; what is gone stays gone."""
        ...

    def address_owners(self, partition: Partition, hashes: Iterable[str]) -> dict[str, str]:
        """`audit.subject_of` the owner by address hash, of those addresses that this campaign has given to somebody."""
        ...

    def pass_address_on(self, partition: Partition, address: str, owner: str, to: str) -> None:
        """Makes `to` the owner of an address that is `owner`'s; no effect on another's."""
        ...

    def plan_cursor(self, partition: Partition) -> PlanCursor:
        """The shard's cursor, strongly consistent; a fresh one when the shard was never touched."""
        ...

    def commit_page(self, page: PlanPage) -> bool:
        """Writes the whole page in one transaction, if the stored cursor's version is one below the page's and every
        address is free or already the same member's. False when not; nothing is written then."""
        ...


class RecountLedger(Protocol):
    """What counting a ledger anew reads and writes."""

    def put_mark(self, partition: Partition, at: int) -> int:
        """Puts a mark into the partition, and returns it: `at` (epoch ms), or more where one is there that is not less.
        It passes through the ledger's stream behind every change of the partition that was there before."""
        ...

    def counted_rows(self, partition: Partition) -> Iterator[CountedRow]:
        """All batches and receipts, strongly consistent, each as it is when it is reached."""
        ...


class Ledger(PlanningLedger, ReleaseLedger, SendLedger, ReceiptLedger, SingleLedger, ErasingLedger, Protocol):
    """All of it, for the composition root and the contract suite."""
