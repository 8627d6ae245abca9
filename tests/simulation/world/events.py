"""What SES reports, and how it gets here: late, doubled, out of order, now and then not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind
from ariia.services.receipts.event_notes import EventNotes
from tests.doubles.event_pipeline import MemoryEventPipeline
from tests.simulation.world.faults import Chance
from tests.simulation.world.provider import Provider, Taken
from tests.simulation.world.queues import Message, Queue
from tests.simulation.world.scheduler import Scheduler

_HOUR = 3_600_000


@dataclass(frozen=True)
class EventHabits:
    """`late` events take up to `latest_ms`; engagement rates are of the messages delivered."""

    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    latest_ms: int = 290_000
    delivered: float = 0.9
    bounced: float = 0.03
    soft_bounced: float = 0.03
    complained: float = 0.0
    opened: float = 0.1
    clicked: float = 0.05


@dataclass(frozen=True)
class Notice:
    """One message in the event queue; `event` None = none of ours."""

    event: ProviderEvent | None
    at: int


class Reports:
    """Turns what the provider took into notices."""

    def __init__(self, scheduler: Scheduler, chance: Chance, queue: Queue, habits: EventHabits) -> None:
        self._scheduler, self._chance, self._queue, self._habits = scheduler, chance, queue, habits

    def of_taken(self, taken: Taken) -> None:
        """Everything that will ever be reported about this message."""
        about = f"{taken.recipient.member_id} {taken.attempt} {taken.call.tags['batch']}"
        for kind, delay in self._kinds(taken, about):
            self._report(taken, kind, taken.at + delay, f"{kind} {about}")

    def foreign(self, every_ms: int, is_wanted: Callable[[], bool]) -> None:
        """What others' messages give rise to, until it is no longer wanted."""
        if is_wanted():
            self._queue.send(Notice(None, self._scheduler.now))
            self._scheduler.after(every_ms, lambda: self.foreign(every_ms, is_wanted))

    def probe(self) -> None:
        """A message of our own to the provider's test mailbox."""
        at = self._scheduler.now
        self._deliver(Notice(None, at), f"probe {at}")

    def _kinds(self, taken: Taken, about: str) -> Iterator[tuple[EventKind | None, int]]:
        happens, habits = self._chance.happens, self._habits
        yield EventKind.SENT, 0
        if taken.rejected:
            yield None, 0
            return
        if happens(f"bounced {about}", habits.bounced):
            yield EventKind.BOUNCED, 2_000
            return
        if happens(f"soft bounced {about}", habits.soft_bounced):
            yield EventKind.SOFT_BOUNCED, 5_000
            return
        if not happens(f"delivered {about}", habits.delivered):
            return
        yield EventKind.DELIVERED, int(self._chance.between(f"delivery {about}", 500, 8_000))
        if happens(f"complained {about}", habits.complained):
            yield EventKind.COMPLAINED, int(self._chance.between(f"complaint {about}", 10_000, _HOUR))
        if happens(f"opened {about}", habits.opened):
            yield EventKind.OPENED, int(self._chance.between(f"open {about}", 10_000, _HOUR))
        if happens(f"clicked {about}", habits.clicked):
            yield EventKind.CLICKED, int(self._chance.between(f"click {about}", 10_000, _HOUR))

    def _report(self, taken: Taken, kind: EventKind | None, at: int, about: str) -> None:
        tags = taken.call.tags
        event = ProviderEvent(
            kind,
            at,
            BatchKey.from_tag(tags["tenant"], tags["campaign"], tags["batch"]),
            taken.attempt,
            taken.recipient.member_id,
            provider_id=f"{taken.recipient.member_id}-{taken.attempt}",
            link="https://studio.example/spring" if kind is EventKind.CLICKED else "",
            address=taken.recipient.address,
        )
        self._deliver(Notice(event, at), about)

    def _deliver(self, notice: Notice, about: str) -> None:
        chance, habits = self._chance, self._habits
        if chance.happens(f"lost {about}", habits.lost):
            return
        times = 2 if chance.happens(f"twice {about}", habits.doubled) else 1
        for time in range(times):
            delay = chance.between(f"delay {time} {about}", 100, 5_000)
            if chance.happens(f"late {time} {about}", habits.late):
                delay = chance.between(f"lateness {time} {about}", 5_000, habits.latest_ms)
            self._scheduler.at(max(notice.at, self._scheduler.now) + int(delay), lambda: self._queue.send(notice))


class ReportedPipeline(MemoryEventPipeline):
    """The pipeline's signs of life over the simulated queue."""

    def __init__(self, queue: Queue, reports: Reports, provider: Provider) -> None:
        super().__init__()
        self._queue, self._reports, self._provider = queue, reports, provider

    def backlog(self) -> int:
        return self._queue.backlog()

    def dead_events(self) -> Collection[int]:
        return [one.published_at for one in self._queue.dead.values()]

    def probe(self, from_address: str, now: int, every_ms: int) -> None:
        before = len(self.probes)
        super().probe(from_address, now, every_ms)
        if len(self.probes) > before:
            if self._provider.is_suspended:
                raise RuntimeError("AccountSuspendedException")
            self._reports.probe()


def record_events(
    notes: EventNotes, record: Callable[[list[ProviderEvent | None], int], set[int]], messages: list[Message]
) -> list[Message]:
    """What functions/record_events does with its event: the messages that must come again."""
    notes.note_oldest(min(message.published_at for message in messages))
    notices = [message.body for message in messages]
    failed = record([notice.event for notice in notices], max(notice.at for notice in notices))
    return [messages[place] for place in failed]
