"""Virtual time: tasks that run one at a time and hand over at every pause, in an order that a seed decides."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

START = 1_800_000_000_000
FOREVER = 1 << 60
# No weather brings these about: swallowed, they would be taken for a crash and tried again for ever.
_OUR_MISTAKES = (KeyboardInterrupt, AssertionError, AttributeError, NameError, TypeError)


class Gone(BaseException):
    """The process of this task is no more: nothing in it may catch this."""


class Task:
    """One thread of work: a Lambda invocation, an execution, somebody at the API. `deadline` is the instant (epoch ms,
    true time) at which it is killed; `skew` is how far its clock is off (ms); `calls` counts its port calls."""

    __slots__ = ("calls", "deadline", "error", "is_over", "label", "last_read_at", "on_end", "result", "runner", "skew")

    def __init__(self, label: str, deadline: int, skew: int, on_end: Callable[[Task], None] | None) -> None:
        self.label, self.deadline, self.skew, self.on_end = label, deadline, skew, on_end
        self.calls, self.last_read_at = 0, 0
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_over = False
        self.runner: greenlet


class Scheduler:
    """Runs tasks and timers in the order of virtual time; what is due at the same instant runs in random order."""

    def __init__(self, seed: int) -> None:
        self.now, self.random, self.steps = START, Random(f"schedule-{seed}"), 0
        self.current: Task | None = None
        self.on_step: Callable[[], None] = lambda: None
        self._heap: list[tuple[int, float, int, Any]] = []
        self._count = 0
        self._labels: dict[str, int] = {}

    def at(self, instant: int, run: Callable[[], None]) -> None:
        """Runs a callback that takes no time."""
        self._push(instant, run)

    def after(self, delay_ms: float, run: Callable[[], None]) -> None:
        """`at`, counted from now."""
        self._push(self.now + max(0, int(delay_ms)), run)

    def spawn(
        self,
        label: str,
        body: Callable[[], Any],
        *,
        lasts_ms: int | None = None,
        skew: int = 0,
        on_end: Callable[[Task], None] | None = None,
    ) -> Task:
        """Starts a task now; it is killed when `lasts_ms` have passed."""
        number = self._labels[label] = self._labels.get(label, 0) + 1
        task = Task(f"{label}.{number}", FOREVER if lasts_ms is None else self.now + lasts_ms, skew, on_end)
        task.runner = greenlet(lambda: self._live(task, body))
        self._push(self.now, task)
        return task

    def pause(self, delay_ms: int) -> None:
        """The present task goes on after `delay_ms`, or is gone at its deadline."""
        task = self.current
        assert task is not None
        instant = self.now + delay_ms
        if instant < task.deadline:
            self._wait(task, instant)
            return
        self._wait(task, max(self.now, task.deadline))
        raise Gone("timed out")

    def join(self, task: Task) -> Any:
        """Waits for another task: its result; its error is raised here, a killed process as RuntimeError."""
        me = self.current
        assert me is not None
        if not task.is_over:
            task.on_end = lambda _: self._push(self.now, me)
            self._leave()
            self.current = me
        if isinstance(task.error, Gone):
            raise RuntimeError(f"{task.label} is gone")
        if task.error is not None:
            raise task.error
        return task.result

    def run(self, until: int, most_steps: int = 300_000) -> bool:
        """Until nothing is left to do (True), or `until` (epoch ms) has come or it goes in circles (False)."""
        self._hub = getcurrent()
        while self._heap:
            instant, _, _, what = self._heap[0]
            if instant > until or self.steps > most_steps:
                return False
            heapq.heappop(self._heap)
            self.now = instant
            if isinstance(what, Task):
                self.current = what
                what.runner.parent = self._hub
                what.runner.switch()
                self.current = None
            else:
                what()
        return True

    def close(self) -> None:
        """Ends whatever still waits."""
        for _, _, _, what in self._heap:
            if isinstance(what, Task) and not what.is_over:
                what.on_end = None
                what.runner.throw(Gone("closed"))
        self._heap.clear()

    def _wait(self, task: Task, instant: int) -> None:
        self.steps += 1
        if not self._heap or self._heap[0][0] > instant:
            self.now = instant
            return
        self._push(instant, task)
        self._leave()

    def _leave(self) -> None:
        self._hub.switch()

    def _push(self, instant: int, what: Any) -> None:
        self._count += 1
        heapq.heappush(self._heap, (instant, self.random.random(), self._count, what))

    def _live(self, task: Task, body: Callable[[], Any]) -> None:
        try:
            task.result = body()
        except BaseException as error:
            if isinstance(error, _OUR_MISTAKES):
                raise
            task.error = error
        task.is_over = True
        if task.on_end is not None:
            task.on_end(task)
