"""SQS standard queues and the event source mappings that feed functions from them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.world.faults import Chance
from tests.simulation.world.scheduler import Scheduler, Task

# How long a queue hides what it has handed out: six times the recorder's timeout.
HIDDEN_MS = 180_000


@dataclass(eq=False)
class Message:
    """`visible_at` is when it may be received (again); `published_at` is written in its body, and stays."""

    number: int
    body: Any
    visible_at: int
    published_at: int
    receives: int = 0


@dataclass(frozen=True)
class QueueHabits:
    """`doubled`: a message that is received twice at a time; `undeleted`: a deletion that gets lost."""

    visibility_ms: int = HIDDEN_MS
    most_receives: int = 5
    redrive_after_ms: int = 30 * 60_000
    doubled: float = 0.0
    undeleted: float = 0.0


# SQS's counts settle about a minute after what they count (API reference, GetQueueAttributes).
_OLDEST_COUNT_MS = 60_000


class Queue:
    """Loses nothing, keeps no order, delivers at least once. A dead letter is redriven by somebody after a while."""

    def __init__(self, name: str, scheduler: Scheduler, chance: Chance, habits: QueueHabits) -> None:
        self._name, self._scheduler, self._chance, self._habits = name, scheduler, chance, habits
        self.messages: dict[int, Message] = {}
        self.dead: dict[int, Message] = {}
        self.dead_ever = 0
        self.on_arrival: Callable[[], None] = lambda: None
        self._sent = 0
        self._counts: deque[tuple[int, int]] = deque([(scheduler.now, 0)])

    def send(self, body: Any) -> None:
        """Takes a message."""
        self._sent += 1
        now = self._scheduler.now
        self.messages[self._sent] = Message(self._sent, body, now, now)
        self._count()
        self.on_arrival()

    def backlog(self) -> int:
        """Visible and in flight, at some instant of the last minute."""
        instant = self._scheduler.now - self._scheduler.random.random() * _OLDEST_COUNT_MS
        return [count for at, count in self._counts if at <= instant or at == self._counts[0][0]][-1]

    def receive(self, most: int) -> list[Message]:
        """Some of what is visible, in no order."""
        now = self._scheduler.now
        visible = [one for one in self.messages.values() if one.visible_at <= now]
        self._scheduler.random.shuffle(visible)
        taken = []
        for message in visible[:most]:
            message.receives += 1
            if message.receives > self._habits.most_receives:
                self._bury(message)
                continue
            about = f"{self._name} {message.number} {message.receives}"
            twice = self._chance.happens(f"doubled {about}", self._habits.doubled)
            message.visible_at = now + (500 if twice else self._habits.visibility_ms)
            taken.append(message)
        return taken

    def delete(self, message: Message) -> None:
        """Ends it, unless the deletion gets lost."""
        about = f"undeleted {self._name} {message.number} {message.receives}"
        if not self._chance.happens(about, self._habits.undeleted):
            self.messages.pop(message.number, None)
            self._count()

    def later(self, messages: Sequence[Message], seconds: int) -> None:
        """Makes them visible again in `seconds`."""
        for message in messages:
            message.visible_at = self._scheduler.now + seconds * 1000

    def next_visible_at(self) -> int | None:
        """When the next message may be received; None when there is none."""
        return min((one.visible_at for one in self.messages.values()), default=None)

    def _count(self) -> None:
        now = self._scheduler.now
        self._counts.append((now, len(self.messages)))
        while len(self._counts) > 1 and self._counts[1][0] < now - _OLDEST_COUNT_MS:
            self._counts.popleft()

    def _bury(self, message: Message) -> None:
        del self.messages[message.number]
        self.dead[message.number] = message
        self._count()
        self.dead_ever += 1
        self._scheduler.after(self._habits.redrive_after_ms, lambda: self._redrive(message))

    def _redrive(self, message: Message) -> None:
        del self.dead[message.number]
        message.receives, message.visible_at = 0, self._scheduler.now
        self.messages[message.number] = message
        self._count()
        self.on_arrival()


class EventSource:
    """Invokes a function with what a queue holds; what the function reports or dies with comes again."""

    def __init__(
        self,
        name: str,
        scheduler: Scheduler,
        queue: Queue,
        handler: Callable[[list[Message]], list[Message]],
        skew: Callable[[], int],
        *,
        batch_size: int,
        concurrency: int,
        timeout_ms: int,
        delay_ms: int,
    ) -> None:
        self._name, self._scheduler, self._queue, self._handler, self._skew = name, scheduler, queue, handler, skew
        self._batch_size, self._concurrency = batch_size, concurrency
        self._timeout_ms, self._delay_ms = timeout_ms, delay_ms
        self._running, self._poll_at = 0, 0
        queue.on_arrival = self.wake

    def wake(self) -> None:
        """Looks at the queue soon, if nobody is about to."""
        at = self._queue.next_visible_at()
        if at is None or self._running >= self._concurrency:
            return
        delay = int(self._scheduler.random.random() * self._delay_ms)
        at = max(at, self._scheduler.now) + delay
        if self._scheduler.now < self._poll_at <= at:
            return
        self._poll_at = at
        self._scheduler.at(at, lambda: self._poll(at))

    def _poll(self, planned: int) -> None:
        if planned == self._poll_at:
            self._poll_at = 0
        if self._running < self._concurrency:
            most = self._batch_size if self._scheduler.random.random() < 0.7 else 1
            messages = self._queue.receive(most)
            if messages:
                self._invoke(messages)
        self.wake()

    def _invoke(self, messages: list[Message]) -> None:
        self._running += 1
        self._scheduler.spawn(
            self._name,
            lambda: self._handler(messages),
            lasts_ms=self._timeout_ms,
            skew=self._skew(),
            on_end=lambda task: self._ended(task, messages),
        )

    def _ended(self, task: Task, messages: list[Message]) -> None:
        self._running -= 1
        if task.error is None:
            for message in messages:
                if message not in task.result:
                    self._queue.delete(message)
        self.wake()
