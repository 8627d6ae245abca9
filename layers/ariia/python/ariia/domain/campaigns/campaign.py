"""The campaign: its fields (concept, section 1), and how it moves from one status to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.audience.target import FollowUpCondition, TargetType
from ariia.domain.campaigns.review import Reviewed
from ariia.domain.campaigns.status import TRANSITIONS
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.dispatch import ACCEPTED_CONTENT, Dispatch
from ariia.domain.ledger.status import PAUSED, CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.misfire import Misfire


class LateMembers(StrEnum):
    """When members get a local-time send whose hour has passed for them: the `next_day` at that hour, or `at_once`."""

    NEXT_DAY = "next_day"
    AT_ONCE = "at_once"


@dataclass
class Move:
    """One entry of a campaign's history: every change of status and every pause, with who, when (epoch ms) and why."""

    action: str
    before: str
    after: str
    by: str
    at: int
    reason: str | None = None


@dataclass
class Campaign(Reviewed, Dispatch):
    """What people write, review and schedule; the send path reads the dispatch that it is. Both are one record with one
    version. Content and target rest beside it. Instants are epoch milliseconds."""

    target_type: TargetType = TargetType.ALL_MEMBERS
    description: str | None = None
    template_id: str | None = None
    sender: str | None = None
    ai_prompt: str | None = None
    preview_token: str | None = None
    preview_expires_at: int | None = None
    # `scheduled_at` is the (first) instant; `scheduled_local` the time by the clocks of a zone, or of every member.
    scheduled_at: int | None = None
    scheduled_local: str | None = None
    scheduled_timezone: str | None = None
    member_local_time: bool = False
    late_members: LateMembers = LateMembers.NEXT_DAY
    misfire: Misfire = field(default_factory=Misfire)
    # The version that scheduling made: only the schedule that was made for it may fire.
    schedule_epoch: int | None = None
    sent_at: int | None = None
    created_by: str = ""
    # Of a follow_up: the campaign that it follows, which of its recipients it goes to, and how long after its end.
    follow_up_of: str | None = None
    follow_up_condition: FollowUpCondition | None = None
    follow_up_after_hours: int | None = None
    # When a scheduled one is due (epoch ms): the earlier campaign's end has settled that.
    follow_up_due_at: int | None = None
    # Of a series' campaign: the series, and the instant of the occurrence that it was made for.
    series_id: str | None = None
    occurrence_at: int | None = None
    failure_reason: str | None = None
    # Whether the next run is for members alone whom somebody decided to send to again.
    only_pending: bool = False
    idempotency_fingerprint: str | None = None

    def require(self, holds: bool, done: str) -> None:
        """ConflictError unless `holds`: a campaign in this status can't be `done`."""
        if not holds:
            raise ConflictError(f"a campaign that is {self.shown_status} can't be {done}", about=self)

    def move(self, after: CampaignStatus, *, action: str, by: str, at: int, reason: str | None = None) -> Move:
        """Goes to `after` and returns the history entry; ConflictError when there is no such move."""
        if after not in TRANSITIONS[self.status]:
            raise ConflictError(f"a campaign that is {self.shown_status} can't become {after}", about=self)
        entry = Move(action, self.shown_status, after, by, at, reason)
        self.status, self.updated_at = after, at
        self._forget_pause()
        return entry

    def pause(self, *, by: str, at: int, reason: str | None = None, cause: str | None = None) -> Move:
        """Pauses a sending campaign; the history entry. `cause` says why one pauses itself."""
        entry = Move("pause", self.shown_status, PAUSED, by, at, reason)
        self.paused_at = self.updated_at = at
        self.pause_reason, self.pause_cause = reason, cause
        return entry

    def resume(self, *, by: str, at: int, reason: str | None = None) -> Move:
        """Goes on with a paused campaign; the history entry. Who goes on although its content was refused accepts that
        members fail by it."""
        if self.pause_cause == PauseCause.CONTENT and ACCEPTED_CONTENT not in self.despite:
            self.despite = [*self.despite, ACCEPTED_CONTENT]
        self._forget_pause()
        self.updated_at = at
        return Move("resume", PAUSED, self.status, by, at, reason)

    def _forget_pause(self) -> None:
        self.paused_at = self.pause_reason = self.pause_cause = None
