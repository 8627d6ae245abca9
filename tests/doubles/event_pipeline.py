"""The event pipeline in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ariia.domain.ledger.event_watch import SKEW_MS, WATCH_MS, EventWatch, interval_of
from ariia.ports.ledger.sending import EventPipeline, PipelineState


class MemoryEventPipeline(EventPipeline):
    """A pipeline whose backlog, and dead letters by the instant (epoch ms) of publication, a test sets."""

    def __init__(self) -> None:
        self.waiting = 0
        self.dead: list[int] = []
        self.watched = EventWatch(0, 0)
        self.probes: list[str] = []
        self._state = PipelineState()

    def backlog(self) -> int:
        return self.waiting

    def dead_events(self) -> Collection[int]:
        return list(self.dead)

    def watch(self, now: int, window_ms: int) -> EventWatch:
        is_on, first = now < self.watched.ends_at, interval_of(now - window_ms)
        begun_at = self.watched.begun_at if is_on else now
        oldest = {one: at for one, at in self.watched.oldest.items() if is_on and one >= first}
        self.watched = EventWatch(begun_at, now + WATCH_MS, oldest)
        return self.watched

    def note_received(self, oldest_at: int, now: int) -> None:
        if now - SKEW_MS < self.watched.ends_at:
            interval, oldest = interval_of(now), self.watched.oldest
            noted = {interval: min(oldest_at, oldest.get(interval, oldest_at))}
            self.watched = replace(self.watched, oldest={**oldest, **noted})

    def state(self) -> PipelineState:
        return self._state

    def note_event(self, at: int) -> None:
        self._state.latest_event_at = max(self._state.latest_event_at, at)

    def probe(self, from_address: str, now: int, every_ms: int) -> None:
        if now - self._state.probed_at >= every_ms:
            self._state.probed_at = now
            self.probes.append(from_address)
