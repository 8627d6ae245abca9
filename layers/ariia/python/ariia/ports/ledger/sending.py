"""What the send path needs from the world besides the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.ledger.event_watch import EventWatch
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.pause_cause import PauseCause


@dataclass(frozen=True)
class Addressee:
    """One addressee of a call: where to, the slot values (a JSON object of strings), and this one message's headers."""

    member_id: str
    address: str
    data: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Skeleton:
    """The static text of a message with `{{sN}}` where a slot goes."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class SendCall:
    """One call to the provider: at most 50 recipients who share everything but their slots."""

    from_address: str
    reply_to: str | None
    configuration_set: str
    skeleton: Skeleton
    tags: dict[str, str]
    recipients: Sequence[Addressee]


@dataclass(frozen=True)
class Accepted:
    """The provider took the message under its id."""

    provider_id: str


@dataclass(frozen=True)
class Refused:
    """The provider won't ever send this one; the reason is fit for the tenant to read. `about_recipient`: it is about
    the address that the message is for."""

    reason: str
    about_recipient: bool = False


@dataclass(frozen=True)
class Returned:
    """The provider did not take it this time (rate, quota, passing fault): it stays pending. `is_quota`: the account's
    24-hour quota is used up, so that coming again in a moment is of no use."""

    reason: str
    is_quota: bool = False


@dataclass(frozen=True)
class SenderStopped:
    """Nobody can get it (account, identity, configuration set, sandbox, content): it stays pending and the campaign
    pauses for this cause."""

    reason: str
    cause: PauseCause = PauseCause.ACCOUNT


EntryOutcome = Accepted | Refused | Returned | SenderStopped


class MessageSender(Protocol):
    """A provider that takes many messages in one call and never retries by itself."""

    def send(self, call: SendCall) -> list[EntryOutcome]:
        """One outcome per recipient, in order. Raises ThrottledError, PermanentSendError, SenderStoppedError when the
        whole call was refused (nothing was taken), UnknownOutcomeError when nobody knows."""
        ...


@dataclass(frozen=True)
class SendRate:
    """What the account may send: per second, in any 24 hours, and how much of that is used. `enforcement` is the
    provider's judgement of its reputation (SES: HEALTHY, PROBATION = under review, SHUTDOWN). Without
    `production_access` it may send to verified addresses only (SES: the sandbox)."""

    per_second: float
    daily_quota: float
    sent_last_day: float
    at: int = 0
    sending_enabled: bool = True
    enforcement: str = "HEALTHY"
    production_access: bool = True

    @property
    def remaining_today(self) -> float:
        """Messages left in the sliding 24 hours; infinite where the account has no quota (SES reports -1)."""
        return float("inf") if self.daily_quota < 0 else max(0.0, self.daily_quota - self.sent_last_day)

    @property
    def is_shut_down(self) -> bool:
        """The provider has suspended the account: nothing leaves until its operators have settled that."""
        return self.enforcement == "SHUTDOWN"


class SendRates(Protocol):
    """The shared token bucket of a channel, and what is known of the account."""

    def rate(self, channel: str) -> SendRate | None:
        """The last known rate of the account; None when it was never asked."""
        ...

    def save_rate(self, channel: str, rate: SendRate) -> None:
        """Notes what the account answered."""
        ...

    def take(self, channel: str, messages: int, *, now: int, per_second: float, horizon_ms: int) -> int | None:
        """Reserves tokens for `messages` sends: the instant (epoch ms) from which they may start, or None when that
        would be later than `horizon_ms` from now (nothing is reserved then)."""
        ...

    def note_active(self, channel: str, campaign_key: str, now: int) -> int:
        """Notes that a campaign is sending and gives the number of campaigns that are (noted in the last 30 min)."""
        ...

    def note_ended(self, channel: str, campaign_key: str) -> None:
        """Takes the campaign's note back: the others' shares grow at once."""
        ...


class AccountQuota(Protocol):
    """The provider account's own word on its limits."""

    def current(self) -> SendRate:
        """Rate and quota now; asks the provider at most about once a second (SES control plane limit)."""
        ...


class SendQueue(Protocol):
    """The channel's queue; fair between tenants."""

    def put(self, batches: Sequence[QueuedBatch]) -> None:
        """Queues all of them, in few calls; raises TransientError when some may not be queued."""
        ...


@dataclass
class PipelineState:
    """What is known of the event pipeline: newest provider timestamp processed, last probe sent (epoch ms)."""

    latest_event_at: int = 0
    probed_at: int = 0


class EventPipeline(Protocol):
    """Proof that events still arrive."""

    def backlog(self) -> int:
        """Messages waiting or in flight in the event queue; true of some instant of the last minute."""
        ...

    def dead_events(self) -> Collection[int] | None:
        """When the events among the dead letters were published (epoch ms); None when not all could be seen."""
        ...

    def watch(self, now: int, window_ms: int) -> EventWatch:
        """Begins or extends the watch, so that recorders note what they are handed, and gives what they noted in the
        last `window_ms`; older notes are forgotten."""
        ...

    def note_received(self, oldest_at: int, now: int) -> None:
        """Notes, while the watch is on, that an event published at `oldest_at` (epoch ms) was handed out at `now`."""
        ...

    def state(self) -> PipelineState:
        """What was last noted."""
        ...

    def note_event(self, at: int) -> None:
        """Notes that an event stamped `at` (epoch ms) was processed; older notes never overwrite newer ones."""
        ...

    def probe(self, from_address: str, now: int, every_ms: int) -> None:
        """Sends one message to the provider's own test mailbox so that an event must come, at most every `every_ms`."""
        ...
