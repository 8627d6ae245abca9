"""Whether the provider's silence about an attempt means anything yet: everything it had to say must be recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ariia.domain.ledger.batch import Claim
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.event_watch import EventWatch, window_ms
from ariia.ports.clock import Clock
from ariia.ports.ledger.dispatches import DispatchStore
from ariia.ports.ledger.sending import EventPipeline

_PROBE_EVERY_MS = 60_000
_LOOK_AGAIN_MS = 15_000
# What was true of the queues once stays so: what was recorded then is recorded now.
_SAME_LOOK_MS = 10_000
# No attempt of a claim began earlier than this before its lease ends: the longest lease that a stage may set.
_LONGEST_LEASE_MS = 900_000


@dataclass(frozen=True)
class Silence:
    """`is_proven`: what is not recorded by now was never reported. Until then: `grace_from` as the claim is to keep it
    (epoch ms), `is_held` while a person may have to look, and `wake_at` for the next look (epoch ms)."""

    is_proven: bool = False
    grace_from: int | None = None
    is_held: bool = False
    wake_at: int = 0


@dataclass(frozen=True)
class _Queues:
    """The queues at `at` (epoch ms). `dead`: when dead events were published, None when not all were seen."""

    at: int
    watch: EventWatch
    backlog: int
    dead: Collection[int] | None


class SilenceProof:
    """Three steps: an event younger than the lease is recorded, so that the pipeline is alive; the grace passes, in
    which the latest event of the attempt is published; and nothing that old is left in the queue, neither waiting nor
    hidden nor dead. Traffic of others does not hold any of them up."""

    def __init__(
        self, dispatches: DispatchStore, pipeline: EventPipeline, clock: Clock, grace_ms: int, hidden_ms: int
    ) -> None:
        self._dispatches, self._pipeline, self._clock = dispatches, pipeline, clock
        self._grace_ms, self._hidden_ms = grace_ms, hidden_ms
        self._seen: _Queues | None = None

    def look(self, campaign: Dispatch, claim: Claim) -> Silence:
        """What is known now; sends a probe where no event comes by itself."""
        now = self._clock.now()
        if claim.grace_from is None:
            return self._begin(campaign, claim, now)
        until = claim.grace_from + self._grace_ms
        if now < until:
            return Silence(grace_from=claim.grace_from, wake_at=until)
        queues = self._queues(now)
        if queues.dead is None or any(claim.lease_until - _LONGEST_LEASE_MS <= one <= until for one in queues.dead):
            # Sent back, it may be hidden once more: the grace begins when it is no longer here.
            return self._held(None, now)
        if self._is_recorded(until, queues):
            return Silence(is_proven=True)
        if queues.watch.is_silent(queues.at, self._hidden_ms):
            self._probe(campaign)
            return self._held(claim.grace_from, now)
        return Silence(grace_from=claim.grace_from, wake_at=now + _LOOK_AGAIN_MS)

    def _begin(self, campaign: Dispatch, claim: Claim, now: int) -> Silence:
        if self._pipeline.state().latest_event_at <= claim.lease_until:
            self._probe(campaign)
            return self._held(None, now)
        # From now on, so that the window after the grace is a watched one.
        self._pipeline.watch(now, window_ms(self._hidden_ms))
        return Silence(grace_from=now, wake_at=now + self._grace_ms)

    def _is_recorded(self, until: int, queues: _Queues) -> bool:
        is_empty = queues.backlog == 0 and queues.at >= until
        return is_empty or queues.watch.has_settled(until, queues.at, self._hidden_ms)

    def _queues(self, now: int) -> _Queues:
        if self._seen is None or not 0 <= now - self._seen.at < _SAME_LOOK_MS:
            # Dead letters before and after: an event that is sent back, or given up, in between is seen.
            before = self._pipeline.dead_events()
            watch = self._pipeline.watch(now, window_ms(self._hidden_ms))
            backlog, after = self._pipeline.backlog(), self._pipeline.dead_events()
            dead = None if before is None or after is None else {*before, *after}
            self._seen = _Queues(now, watch, backlog, dead)
        return self._seen

    def _probe(self, campaign: Dispatch) -> None:
        said = next(iter(campaign.messages.values()), None)
        if said is not None:
            content = self._dispatches.message(campaign.tenant_id, said)
            self._pipeline.probe(content.from_address, self._clock.now(), _PROBE_EVERY_MS)

    def _held(self, grace_from: int | None, now: int) -> Silence:
        return Silence(grace_from=grace_from, is_held=True, wake_at=now + _LOOK_AGAIN_MS)
