"""A series: a campaign's draft and a calendar rule, which make a fresh campaign each time once both are approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.review import Reviewed
from ariia.domain.campaigns.timing import EARLIEST_ZONE
from ariia.domain.errors import ConflictError
from ariia.domain.identifiers import sortable_id
from ariia.domain.local_time import at_local, local_of
from ariia.domain.series.recurrence import CalendarRule, moments

# A campaign is made so long before it goes out. Two occurrences are 23 hours apart at least (a clock change between
# them), so that of a series never more than one campaign waits.
LEAD_MS = 20 * 3_600_000


class SeriesStatus(StrEnum):
    """Where a series stands; it makes campaigns only while it is active."""

    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


_S = SeriesStatus
TRANSITIONS: dict[SeriesStatus, frozenset[SeriesStatus]] = {
    _S.DRAFT: frozenset({_S.PENDING_REVIEW, _S.ENDED}),
    _S.PENDING_REVIEW: frozenset({_S.ACTIVE, _S.DRAFT, _S.ENDED}),
    _S.ACTIVE: frozenset({_S.PAUSED, _S.DRAFT, _S.ENDED}),
    _S.PAUSED: frozenset({_S.ACTIVE, _S.DRAFT, _S.ENDED}),
    _S.ENDED: frozenset(),
}
_ACTIONS: dict[SeriesStatus, tuple[str, ...]] = {
    _S.DRAFT: ("edit", "submit", "end"),
    _S.PENDING_REVIEW: ("edit", "approve", "reject", "end"),
    _S.ACTIVE: ("edit", "pause", "end"),
    _S.PAUSED: ("edit", "resume", "end"),
    _S.ENDED: (),
}
# In these it needs the segments that were submitted with it.
HOLDS_SEGMENTS = frozenset({_S.PENDING_REVIEW, _S.ACTIVE, _S.PAUSED})


@dataclass(frozen=True)
class Occurrence:
    """One time that the rule means: what clocks show (ISO 8601), the instant that it is in the rule's zone, and the one
    at which its campaign begins to go out, which is earlier if it goes out at each member's own local time."""

    local: str
    at: int
    starts_at: int


@dataclass(frozen=True)
class MadeCampaign:
    """The campaign that was made last, and for what. `withdrawn`: stopping the series takes it back, unless it began to
    go out before."""

    campaign_id: str
    occurrence: Occurrence
    withdrawn: bool = False


@dataclass(frozen=True)
class MissedOccurrence:
    """Why the campaign of an occurrence is not made: not yet (it is tried again at its time), or not at all."""

    local: str
    at: int
    reason: str


@dataclass
class Series(Reviewed):
    """`draft` is what each of its campaigns is to be; its content and target rest beside, as a campaign's do. Instants
    are epoch milliseconds."""

    id: str
    tenant_id: str
    draft: Campaign
    rule: CalendarRule
    status: SeriesStatus = SeriesStatus.DRAFT
    created_by: str = ""
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None
    # Running. `epoch` is the version that approving or resuming made: only a schedule that was made for it may act.
    epoch: int = 0
    started_at: int = 0
    next_local: str | None = None
    wake_at: int | None = None
    made: MadeCampaign | None = None
    missed: MissedOccurrence | None = None

    @property
    def next(self) -> Occurrence | None:
        """The occurrence that is made next; None when the rule has no more of them."""
        return None if self.next_local is None else self.occurrence(datetime.fromisoformat(self.next_local))

    def is_driven_by(self, epoch: int) -> bool:
        """True while a schedule that was made for `epoch` may act."""
        return self.status is _S.ACTIVE and self.epoch == epoch

    def occurrence(self, local: datetime) -> Occurrence:
        """The occurrence at this local time."""
        at = at_local(local, self.rule.timezone)
        starts_at = at_local(local, EARLIEST_ZONE) if self.draft.member_local_time else at
        return Occurrence(local.isoformat(), at, starts_at)

    def occurrences(self, after: str | None = None) -> Iterator[Occurrence]:
        """All of the rule behind the local time `after`, in order."""
        return map(self.occurrence, moments(self.rule, datetime.fromisoformat(after) if after else None))

    def first_behind(self, instant: int) -> Occurrence | None:
        """The first occurrence whose campaign begins to go out later than `instant` (epoch ms)."""
        return next(self.behind(instant), None)

    def behind(self, instant: int, after: str | None = None) -> Iterator[Occurrence]:
        """The occurrences behind the local time `after` whose campaigns begin to go out later than `instant`."""
        # No zone lies further than 26 hours from another: what is older need not be looked at.
        recent = (local_of(instant, self.rule.timezone) - timedelta(days=2)).isoformat()
        return (one for one in self.occurrences(max(recent, after or recent)) if one.starts_at > instant)

    def newest_due(self, first: Occurrence, now: int) -> Occurrence:
        """Of `first` and those behind it the last one that should have begun by `now`; `first` when none should."""
        newest = first
        for one in self.occurrences(first.local):
            if one.starts_at > now:
                break
            newest = one
        return newest

    def campaign_id(self, occurrence: Occurrence) -> str:
        """The id of the occurrence's campaign under the approval in force: always the same one, so that whoever comes
        back finds what they began. It sorts by when it is due to be made."""
        about = "\x1f".join((self.tenant_id, self.id, str(self.epoch), occurrence.local))
        due = max(occurrence.starts_at - LEAD_MS, self.started_at)
        return sortable_id(due, hashlib.sha256(about.encode()).digest())

    def start(self, first: Occurrence, now: int) -> None:
        """Makes `first` the next one, under an epoch of its own. To be saved next."""
        self.epoch, self.started_at, self.missed = self.version + 1, now, None
        self.next_local, self.wake_at = first.local, first.starts_at - LEAD_MS

    def go_on(self, done: Occurrence, following: Occurrence | None) -> None:
        """Done with `done`: waits for `following`, or, being the last one, until `done` has begun."""
        self.next_local = following.local if following else None
        self.wake_at = following.starts_at - LEAD_MS if following else done.starts_at

    def open_actions(self) -> list[str]:
        """The operations of the API that its status allows."""
        return list(_ACTIONS[self.status])

    def require(self, holds: bool, done: str) -> None:
        """ConflictError unless `holds`: a series in this status can't be `done`."""
        if not holds:
            raise ConflictError(f"a series that is {self.status} can't be {done}", about=self)

    def move(self, after: SeriesStatus, *, action: str, by: str, at: int, reason: str | None = None) -> Move:
        """Goes to `after` and returns the history entry; ConflictError when there is no such move."""
        if after not in TRANSITIONS[self.status]:
            raise ConflictError(f"a series that is {self.status} can't become {after}", about=self)
        entry = Move(action, self.status, after, by, at, reason)
        self.status, self.updated_at = after, at
        return entry
