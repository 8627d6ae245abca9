"""The dispatch: what the send path reads, with every batch, of what it sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.channel import Channel
from ariia.domain.ledger.containers import DispatchKind, Traits, traits_of
from ariia.domain.ledger.status import PAUSED, CampaignStatus
from ariia.domain.rules.reputation import ReputationState
from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.rules.wave import Lane, Wave


class CampaignType(StrEnum):
    """How a campaign reaches its audience in time."""

    BROADCAST = "broadcast"
    SCHEDULED = "scheduled"
    FOLLOW_UP = "follow_up"
    DRIP = "drip"


# What a person may accept (`despite`): members without a value for a variable, and what made a run pause itself.
ACCEPTED_MISSING, ACCEPTED_CONTENT = "missing_value", "content"
# The key of a message where there is only one.
ONLY = "0"


@dataclass(frozen=True)
class MessageRef:
    """A message that rests once and is named by whatever sends it: whose it is (`owner`, an id), and its hash."""

    owner: str
    hash: str


@dataclass
class Dispatch:
    """What is sent, as the send path reads it, strongly consistent, with every batch: a campaign, or the container of a
    single message. Instants are epoch milliseconds."""

    id: str
    tenant_id: str
    name: str = ""
    type: CampaignType = CampaignType.BROADCAST
    status: CampaignStatus = CampaignStatus.DRAFT
    channel: Channel = Channel.EMAIL
    kind: DispatchKind = DispatchKind.CAMPAIGN
    # Of a test: the campaign that it shows, for what its template prints about itself.
    owner: str | None = None
    # What is said, by the key that a lane names.
    messages: dict[str, MessageRef] = field(default_factory=dict)
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    # `epoch` names the run in charge: the version of this record that the run was started on.
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
    one_per_address: bool = True
    track_opens: bool = True
    track_clicks: bool = True
    hold_unknown: bool = False
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
    # When somebody last decided that held members are sent to again.
    decided_at: int | None = None

    @property
    def traits(self) -> Traits:
        """What follows from its kind."""
        return traits_of(self.kind)

    @property
    def key(self) -> str:
        """Prefix of everything the ledger holds about it."""
        return f"{self.tenant_id}#{self.id}"

    @property
    def is_sendable(self) -> bool:
        """True while a provider call may begin for it."""
        return self.status is CampaignStatus.SENDING and self.paused_at is None

    @property
    def is_paused(self) -> bool:
        """True while it waits to be resumed."""
        return self.status is CampaignStatus.SENDING and self.paused_at is not None

    @property
    def is_cancelled(self) -> bool:
        """True when recipients who were not sent it yet get nothing."""
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

    def message_of(self, lane_id: str) -> MessageRef | None:
        """What a lane says; None where it has nothing to say (yet), or there is no such lane."""
        lane = self._lane(lane_id)
        return self.messages.get(lane.message) if lane is not None else None
