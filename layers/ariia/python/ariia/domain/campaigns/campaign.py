"""The campaign: its fields (concept, section 1), and how it moves from one status to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ariia.domain.audience.target import FollowUpCondition, TargetType
from ariia.domain.campaigns.review import Reviewed

# For those who know them from here.
from ariia.domain.campaigns.status import EDITABLE as EDITABLE
from ariia.domain.campaigns.status import PAUSED as PAUSED
from ariia.domain.campaigns.status import TRANSITIONS as TRANSITIONS
from ariia.domain.campaigns.status import CampaignStatus as CampaignStatus
from ariia.domain.channel import Channel
from ariia.domain.errors import ConflictError
from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.misfire import Misfire
from ariia.domain.rules.reputation import ReputationState
from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.rules.wave import Lane, Wave


class CampaignType(StrEnum):
    """How a campaign reaches its audience in time."""

    BROADCAST = "broadcast"
    SCHEDULED = "scheduled"
    FOLLOW_UP = "follow_up"
    DRIP = "drip"


class LateMembers(StrEnum):
    """When members get a local-time send whose hour has passed for them: the `next_day` at that hour, or `at_once`."""

    NEXT_DAY = "next_day"
    AT_ONCE = "at_once"


# What a person may accept (`despite`): members without a value for a variable, and what made a run pause itself.
ACCEPTED_MISSING, ACCEPTED_CONTENT = "missing_value", "content"


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
class Campaign(Reviewed):
    """The control record. Content and target rest beside it (`Content`, `Target`) so that this stays small:
    it is read, strongly consistent, with every batch that is sent. Instants are epoch milliseconds."""

    id: str
    tenant_id: str
    name: str
    type: CampaignType = CampaignType.BROADCAST
    status: CampaignStatus = CampaignStatus.DRAFT
    channel: Channel = Channel.EMAIL
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
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    # Of a follow_up: the campaign that it follows, which of its recipients it goes to, and how long after its end.
    follow_up_of: str | None = None
    follow_up_condition: FollowUpCondition | None = None
    follow_up_after_hours: int | None = None
    # When a scheduled one is due (epoch ms): the earlier campaign's end has settled that.
    follow_up_due_at: int | None = None
    # Of a series' campaign: the series, and the instant of the occurrence that it was made for.
    series_id: str | None = None
    occurrence_at: int | None = None
    # Sending. `epoch` names the run in charge: the version of this record that the run was started on.
    epoch: int = 0
    run_began_at: int = 0
    paused_at: int | None = None
    pause_reason: str | None = None
    pause_cause: str | None = None
    reputation: ReputationState | None = None
    # The account may not send just now: since when, why, and when it may again at the latest.
    parked_at: int | None = None
    parked_reason: str | None = None
    parked_until: int | None = None
    failure_reason: str | None = None
    one_per_address: bool = True
    track_opens: bool = True
    track_clicks: bool = True
    hold_unknown: bool = False
    counts_against_caps: bool = True
    # Whether the provider took anything of it: None = not known, False = it came to rest and nothing was taken.
    went_out: bool | None = None
    # Codes of the preflight's errors that a person accepted, and ACCEPTED_CONTENT.
    despite: list[str] = field(default_factory=list)
    # The tenant's, as of the run's latest round, and since when they are these: who was put off by others is looked at
    # again.
    rules: SendingRules = field(default_factory=SendingRules)
    rules_changed_at: int = 0
    # Members of whom only the provider's events can tell whether they got it, as of the run's latest round.
    unknown_outcomes: int = 0
    shards: int = 0
    batch_size: int = 0
    waves: list[Wave] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    # The instant from which the days in segments' filters are counted, however often planning is interrupted.
    audience_at: int | None = None
    planned_at: int | None = None
    targeted: int | None = None
    reopen_epoch: int | None = None
    # When somebody last decided that held members are sent to again; whether the next run is for those alone.
    decided_at: int | None = None
    only_pending: bool = False
    idempotency_fingerprint: str | None = None
    # The campaign that a test send shows, for what its template prints about itself.
    shown_as: str | None = None

    @property
    def key(self) -> str:
        """Prefix of everything the ledger holds about this campaign."""
        return f"{self.tenant_id}#{self.id}"

    @property
    def is_sendable(self) -> bool:
        """True while a provider call may begin for this campaign."""
        return self.status is CampaignStatus.SENDING and self.paused_at is None

    @property
    def is_paused(self) -> bool:
        """True while it waits to be resumed."""
        return self.status is CampaignStatus.SENDING and self.paused_at is not None

    @property
    def is_cancelled(self) -> bool:
        """True when whoever was not sent it yet gets nothing."""
        return self.status is CampaignStatus.CANCELLED

    @property
    def shown_status(self) -> str:
        """The status that everybody reads: the stored one, and `paused` while it is paused."""
        return PAUSED if self.is_paused else str(self.status)

    def wave_of(self, lane: Lane) -> Wave:
        """The wave that a lane of this campaign goes in."""
        return next(wave for wave in self.waves if wave.id == lane.wave)

    def lane_opening(self, lane_id: str, now: int) -> int | None:
        """The first instant (epoch ms) from `now` on at which it makes sense to queue what the lane holds; None when
        there is no such lane, or its window has closed."""
        lane = self._lane(lane_id)
        return None if lane is None else self.rules.wave_opening(lane.channel, self.wave_of(lane), now)

    def is_lane_open(self, lane_id: str, now: int) -> bool:
        """True when a message of the lane may leave at `now`, as far as its window is concerned."""
        lane = self._lane(lane_id)
        return lane is not None and self.wave_of(lane).is_open(now)

    def _lane(self, lane_id: str) -> Lane | None:
        return next((one for one in self.lanes if one.id == lane_id), None)

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


@dataclass
class Content:
    """What is said. In a draft `html` may be empty and the template speaks; submit freezes the assembled whole."""

    subject: str = ""
    body: str = ""
    html: str = ""
    ai_generated: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    # Filled at submit, from the template and the tenant, so that a run needs nothing else.
    variables: list[dict[str, Any]] = field(default_factory=list)
    tenant: dict[str, Any] = field(default_factory=dict)
    # `context` of templates, in follow-ups only: what a conversation left behind.
    context: dict[str, Any] = field(default_factory=dict)
    from_address: str = ""
    reply_to: str | None = None
