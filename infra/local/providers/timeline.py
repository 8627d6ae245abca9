"""Runs things when they are due, in one thread."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable

Action = Callable[[], object]


class Timeline:
    """A priority queue of actions by due time. Actions must be short; they run one at a time."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._due: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._running = 0
        self._failed = failed
        self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
        self._thread.start()

    def schedule(self, actions: Iterable[tuple[float, Action]]) -> None:
        """Adds actions by their delay in seconds from now."""
        now = time.monotonic()
        with self._changed:
            for delay, action in actions:
                heapq.heappush(self._due, (now + delay, next(self._order), action))
            self._changed.notify()

    @property
    def pending(self) -> int:
        """Actions that have not ended yet."""
        with self._changed:
            return len(self._due) + self._running

    def clear(self) -> None:
        """Forgets what is not due yet."""
        with self._changed:
            self._due.clear()

    def stop(self) -> None:
        """Ends the thread; what is not due yet never runs."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception as error:  # one failing action must not stop the others
                self._failed(error)
            finally:
                with self._changed:
                    self._running -= 1

    def _next(self) -> Action | None:
        with self._changed:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._running += 1
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None
