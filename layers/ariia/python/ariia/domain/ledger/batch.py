"""The batch: up to 50 members of one page and one lane, and what we did about each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_ENTRIES = 50
MAX_EXCLUDED_ENTRIES = 200
BATCH_PREFIX = "batch#"
CLOCKS_DIFFER_MS = 10_000


class EntryState(StrEnum):
    """What we know from our own side about one member of a batch."""

    PENDING = "p"
    ACCEPTED = "a"
    FAILED = "f"
    EXCLUDED = "x"


@dataclass(frozen=True)
class Entry:
    """One member in a batch. `detail` is the provider's id, the error or the exclusion reason, by state; `attempt` is
    the one that settled it, at `at` (epoch ms) where it was accepted. While a member waits, `at` is until when an
    eligibility check put them off, and `detail` why (put_off.PutOff). `untracked` says what is not recorded of this
    message (tracking.Tracking.mark)."""

    member_id: str
    state: EntryState = EntryState.PENDING
    detail: str = ""
    attempt: int = 0
    at: int = 0
    untracked: int = 0


@dataclass(frozen=True)
class Claim:
    """A sender's exclusive right to try the first `size` pending entries, until `lease_until` (epoch ms)."""

    token: str
    attempt: int
    size: int
    lease_until: int
    grace_from: int | None = None


@dataclass(frozen=True)
class BatchKey:
    """Where a batch rests. The row sorts pages in member order, lanes within a page, numbers within a lane."""

    tenant_id: str
    campaign_id: str
    shard: int
    page: str
    lane: str
    number: int

    @property
    def row(self) -> str:
        """Range key inside the ledger partition."""
        return f"{BATCH_PREFIX}{self.page}#{self.lane}#{self.number:02d}"

    @property
    def tag(self) -> str:
        """The key as one SES tag value (letters, digits, dash and underscore only)."""
        return f"{self.shard}-{self.lane}-{self.number}-{self.page}"

    @property
    def name(self) -> str:
        """A readable name for logs; holds no personal data as ids are opaque."""
        return f"{self.campaign_id}/{self.shard}/{self.row}"

    @classmethod
    def from_row(cls, tenant_id: str, campaign_id: str, shard: int, row: str) -> BatchKey:
        """The key that has this row."""
        page, lane, number = row.removeprefix(BATCH_PREFIX).split("#")
        return cls(tenant_id, campaign_id, shard, page, lane, int(number))

    @classmethod
    def from_tag(cls, tenant_id: str, campaign_id: str, tag: str) -> BatchKey:
        """The key that has this tag; ValueError when it is not one of ours."""
        shard, lane, number, page = tag.split("-", 3)
        return cls(tenant_id, campaign_id, int(shard), page, lane, int(number))


@dataclass
class Batch:
    """Entries plus the claim of whoever works on them. `writer` is the token of the last one who wrote an outcome, and
    `wait_until` the instant (epoch ms) before which trying those who still wait is of no use."""

    key: BatchKey
    entries: list[Entry]
    attempt: int = 0
    claim: Claim | None = None
    writer: str | None = None
    reopened: int = 0
    wait_until: int | None = None

    @property
    def is_settled(self) -> bool:
        """True when nothing is left to do for any member."""
        return all(entry.state is not EntryState.PENDING for entry in self.entries)

    @property
    def pending(self) -> list[Entry]:
        """The entries that still wait, in order."""
        return [entry for entry in self.entries if entry.state is EntryState.PENDING]

    @property
    def claimed(self) -> list[Entry]:
        """The entries that the present claim is about; empty without a claim."""
        return self.pending[: self.claim.size] if self.claim else []

    def with_outcomes(self, outcomes: Mapping[str, Entry]) -> list[Entry]:
        """The entries with those of `outcomes` (by member id) put in; only pending ones can change."""
        return [
            outcomes.get(entry.member_id, entry) if entry.state is EntryState.PENDING else entry
            for entry in self.entries
        ]


@dataclass
class PlanCursor:
    """How far one shard is planned. `after` is the last member id dealt with; counts are of members; `missing` are
    those who were placed but have no value for a variable that only they can fill, by its name. `zones` has a time zone
    (IANA) for each lane that somebody of the shard is in, where that decides when they go. `began_at` is the campaign's
    `audience_at`: a planner that finds a later one works for an audience that was given up."""

    after: str | None = None
    done: bool = False
    planned: int = 0
    batches: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    began_at: int = 0
    version: int = 0


@dataclass
class ReleaseCursor:
    """How far one lane of one shard is queued (`released`) and finished (`settled`); rows are batch range keys.
    `announced` is written before anything is queued: no batch behind it can have been claimed. `accepted` and `failed`
    count the members in what is finished."""

    released: str = ""
    announced: str = ""
    settled: str = ""
    exhausted: bool = False
    queued_at: int = 0
    accepted: int = 0
    failed: int = 0
    version: int = 0

    @property
    def is_done(self) -> bool:
        """True when all of the lane in this shard is queued and finished."""
        return self.exhausted and self.settled >= self.released


def count_state(entries: Iterable[Entry], state: EntryState) -> int:
    """How many entries are in this state."""
    return sum(entry.state is state for entry in entries)


def count_excluded(entries: Iterable[Entry]) -> dict[str, int]:
    """Number of excluded entries by reason."""
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.state is EntryState.EXCLUDED:
            counts[entry.detail] = counts.get(entry.detail, 0) + 1
    return counts


def put_off_until(entries: Iterable[Entry]) -> int | None:
    """When (epoch ms) the first of those who wait may be sent to, as far as they were put off; None when one of them
    was not, or nobody waits. A batch that waits for it is queued CLOCKS_DIFFER_MS from now at the earliest: whoever
    queued it last, by a clock that is ahead, would seem to have done so after it."""
    waiting = [entry.at for entry in entries if entry.state is EntryState.PENDING]
    return min(waiting) or None if waiting else None


def reopen(entry: Entry) -> Entry:
    """A failed entry made pending again."""
    return Entry(entry.member_id, untracked=entry.untracked)
