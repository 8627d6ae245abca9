"""Known-wrong ways to tell that the provider's silence means something."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger import event_watch
from ariia.domain.ledger.batch import Claim
from ariia.domain.ledger.event_watch import EventWatch
from ariia.services.receipts.event_notes import EventNotes
from ariia.services.release import resolving, silence
from ariia.services.release.silence import Silence, SilenceProof
from tests.simulation.world.engine import Parts
from tests.simulation.world.events import ReportedPipeline
from tests.simulation.world.queues import Message

from .scenario import busy_account, failing_recorders


class _Impatient(SilenceProof):
    def look(self, campaign: Campaign, claim: Claim) -> Silence:
        now, began = self._clock.now(), claim.grace_from
        is_over = self._grace_ms == 0 or (began is not None and now >= began + self._grace_ms)
        return Silence(is_over, began or now, wake_at=(began or now) + self._grace_ms)


class SilenceMeansUnsent(Parts):
    """No grace: no evidence at the end of the lease is taken for proof."""

    violates = "got it . times"
    grace_ms = 0
    patches = ((resolving, "SilenceProof", _Impatient),)


class NoLease(SilenceMeansUnsent):
    """Whoever finds a claim takes it for over."""

    lease_ms = -60_000


class OnABusyAccount(Parts):
    """Where the queue is never empty."""

    violates = "got it . times"
    weather = staticmethod(busy_account)


class DoesNotWaitForThePipeline(OnABusyAccount):
    """Grace runs whether events arrive at all or not."""

    patches = ((resolving, "SilenceProof", _Impatient),)


class _Swept(SilenceProof):
    def _is_recorded(self, until: int, queues: Any) -> bool:
        return bool(queues.backlog == 0)


class WaitsForAnEmptyQueue(OnABusyAccount):
    """Only an empty queue is proof."""

    violates = "never ended"
    patches = ((resolving, "SilenceProof", _Swept),)


class _Timed(SilenceProof):
    def _is_recorded(self, until: int, queues: Any) -> bool:
        return True


class GraceWithoutAWindow(OnABusyAccount):
    """The pipeline is alive and the grace is over; what a crashed recorder hides is not waited for."""

    patches = ((resolving, "SilenceProof", _Timed),)


class WindowShorterThanTheHiding(OnABusyAccount):
    """Notes are looked at for less time than a queue hides what it handed out."""

    patches = tuple((module, "window_ms", lambda hidden_ms: hidden_ms // 12) for module in (event_watch, silence))


class NotesAfterTheWork(OnABusyAccount):
    """A recorder that crashes leaves no note of what it was handed."""

    @staticmethod
    def handle(notes: EventNotes, record: Callable[..., set[int]], messages: list[Message]) -> list[Message]:
        notices = [message.body for message in messages]
        failed = record([notice.event for notice in notices], max(notice.at for notice in notices))
        notes.note_oldest(min(message.published_at for message in messages))
        return [messages[place] for place in failed]


class _LateWatch(SilenceProof):
    def look(self, campaign: Campaign, claim: Claim) -> Silence:
        began = claim.grace_from
        first = (began or 0) + self._grace_ms + 30_000
        if began is not None and self._clock.now() < first:
            return Silence(grace_from=began, wake_at=first)
        return super().look(campaign, claim)

    def _is_recorded(self, until: int, queues: Any) -> bool:
        noted = queues.watch.oldest.values()
        return bool(noted) and min(noted) > until


class _Unwatched(ReportedPipeline):
    def watch(self, now: int, window_ms: int) -> EventWatch:
        # Lapsed whenever nobody looked for a minute.
        if now > self.watched.ends_at - event_watch.WATCH_MS + 60_000:
            self.watched = EventWatch(0, 0)
        return super().watch(now, window_ms)


class WatchBegunTooLate(OnABusyAccount):
    """The notes of a watch that has just begun are believed."""

    patches = ((resolving, "SilenceProof", _LateWatch),)
    pipeline = _Unwatched


class _Undying(ReportedPipeline):
    def dead_events(self) -> Collection[int]:
        return []


class DeadLettersDoNotCount(Parts):
    """Evidence that was given up is taken for evidence that never came."""

    violates = "got it . times"
    weather = staticmethod(failing_recorders)
    pipeline = _Undying


OF_SILENCE: tuple[type[Parts], ...] = (
    NoLease,
    DoesNotWaitForThePipeline,
    SilenceMeansUnsent,
    WaitsForAnEmptyQueue,
    GraceWithoutAWindow,
    WindowShorterThanTheHiding,
    NotesAfterTheWork,
    WatchBegunTooLate,
    DeadLettersDoNotCount,
)
