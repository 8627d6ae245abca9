"""What the simulator remembers: messages, calls, refusals. Not thread-safe: the simulator's lock guards it."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from infra.local.providers.ses.sending.message import EventRecord, Message, UnsubscribeAnswer

Pair = tuple[str, str, str]  # tenant, campaign, member
MAX_KEPT_CALLS = 100_000


@dataclass(slots=True)
class Call:
    """One call of SendEmail or SendBulkEmail."""

    number: int
    operation: str
    at: float
    entries: int = 0
    accepted: int = 0
    refused: int = 0
    outcome: str = "answered"  # answered | lost (accepted, answer withheld) | the code of the exception


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that was not accepted."""

    call_number: int
    at: float
    addresses: tuple[str, ...]
    tags: Mapping[str, str]
    status: str
    error: str


@dataclass(slots=True)
class Store:
    """Everything since the start or the last reset."""

    messages: list[Message] = field(default_factory=list)
    by_id: dict[str, Message] = field(default_factory=dict)
    pairs: dict[Pair, list[Message]] = field(default_factory=dict)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=MAX_KEPT_CALLS))
    refusals: deque[Refusal] = field(default_factory=lambda: deque(maxlen=MAX_KEPT_CALLS))
    calls_by_operation: Counter[str] = field(default_factory=Counter)
    refused_by_status: Counter[str] = field(default_factory=Counter)
    occurred: Counter[str] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    unsubscribes: Counter[str] = field(default_factory=Counter)  # posted, succeeded
    feedback: list[tuple[Message, EventRecord]] = field(default_factory=list)  # mailed to the From address
    repeated: list[Pair] = field(default_factory=list)  # pairs with more than one message, for whatever reason
    rendering_failures: int = 0
    rejected: int = 0
    lost_responses: int = 0
    last_call: int = 0

    def clear(self) -> None:
        """Forgets everything."""
        fresh = Store()
        for item in dataclasses.fields(Store):
            setattr(self, item.name, getattr(fresh, item.name))

    def begin_call(self, operation: str, at: float) -> Call:
        """Notes that a send call came in."""
        self.last_call += 1
        call = Call(self.last_call, operation, at)
        self.calls.append(call)
        return call

    def add(self, message: Message) -> None:
        """Keeps an accepted message."""
        self.messages.append(message)
        self.by_id[message.message_id] = message
        self.rendering_failures += message.rendering_failure is not None
        pair = pair_of(message)
        if pair is not None:
            messages = self.pairs.setdefault(pair, [])
            messages.append(message)
            if len(messages) == 2:
                self.repeated.append(pair)

    def happened(self, message: Message, record: EventRecord) -> None:
        """Notes an event of a message."""
        self.rejected += record.kind == "Reject" and not message.rejected
        message.events.append(record)
        self.occurred[record.kind] += 1
        if record.mailed_to:
            self.feedback.append((message, record))

    def answered(self, message: Message, answer: UnsubscribeAnswer) -> None:
        """Notes the answer to a one-click request."""
        message.unsubscribes.append(answer)
        self.unsubscribes["posted"] += 1
        self.unsubscribes["succeeded"] += answer.status is not None and answer.status < 300

    @property
    def sent(self) -> int:
        """Messages that left SES: neither their rendering failed nor were they rejected."""
        return len(self.messages) - self.rendering_failures - self.rejected

    def refuse(self, refusal: Refusal) -> None:
        """Keeps an entry that was not accepted."""
        self.refusals.append(refusal)
        self.refused_by_status[refusal.status] += 1

    def doubled(self) -> Iterator[tuple[Pair, list[Message]]]:
        """Members who were really sent the same campaign more than once, with the messages."""
        for pair in self.repeated:
            sent = [message for message in self.pairs[pair] if message.sent]
            if len(sent) > 1:
                yield pair, sent


def pair_of(message: Message) -> Pair | None:
    """Whom a message is about, from its tags `tenant`, `campaign` and `member`."""
    campaign, member = message.tags.get("campaign"), message.tags.get("member")
    return (message.tags.get("tenant", ""), campaign, member) if campaign and member else None
