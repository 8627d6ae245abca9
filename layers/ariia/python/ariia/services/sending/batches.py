"""Sending: paces the batches of one invocation and carries them out, claim by claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ariia.domain.channel import Channel
from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.pacing import batches_at_a_time, call_entries
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.pause_cause import PauseCause
from ariia.ports.clock import Clock, Ids
from ariia.ports.ledger.ledger import SendLedger
from ariia.ports.ledger.sending import SendRates
from ariia.ports.send_reader import SendReader
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.sending.claims import ClaimResult, ClaimSender, may_send

# SES sandbox and many young accounts; only until the account's own rate was read once.
_DEFAULT_RATE = 1.0


@dataclass(frozen=True)
class SendPolicy:
    """Times in milliseconds. The lease outlives function timeout + provider read timeout + 30 s, so that whoever
    finds it over may be sure that nobody sends under it any more. `needed_ms` is what a call may take."""

    lease_ms: int
    needed_ms: int


@dataclass
class SendReport:
    """What one invocation did; counts are of members. `paused` has cause and reason of each campaign that it paused;
    the messages of `give_back` shall come again in a while. `faults` has what was raised about a batch, which shall
    come again too; its claim, if it came to one, is the resolver's."""

    sent: int = 0
    failed: int = 0
    excluded: int = 0
    throttled: int = 0
    deferred: int = 0
    ambiguous: int = 0
    void: int = 0
    paused: list[tuple[PauseCause, str]] = field(default_factory=list)
    give_back: list[BatchKey] = field(default_factory=list)
    claims: list[tuple[BatchKey, ClaimResult]] = field(default_factory=list)
    faults: dict[BatchKey, Exception] = field(default_factory=dict)
    kinds: dict[tuple[str, str], DispatchKind] = field(default_factory=dict)

    def add(self, key: BatchKey, result: ClaimResult) -> None:
        """Counts one claim."""
        self.claims.append((key, result))
        self.sent += result.sent
        self.failed += result.failed
        self.excluded += result.excluded
        self.throttled += result.throttled
        self.deferred += result.deferred
        self.ambiguous += result.ambiguous
        self.void += result.void


class BatchSender:
    """Sends the batches of one channel."""

    def __init__(
        self,
        channel: Channel,
        ledger: SendLedger,
        reader: SendReader,
        rates: SendRates,
        claims: ClaimSender,
        runs: CampaignRuns,
        clock: Clock,
        ids: Ids,
        policy: SendPolicy,
    ) -> None:
        self._channel, self._ledger, self._reader, self._rates = channel, ledger, reader, rates
        self._claims, self._runs, self._clock, self._ids, self._policy = claims, runs, clock, ids, policy

    def send(self, queued: Sequence[QueuedBatch], ends_at: int) -> SendReport:
        """Sends what may be sent before `ends_at` (epoch ms, the invocation's end). Batches of campaigns that may not
        send now are dropped: they stay planned, and release queues them again when their time comes. What one of them
        raises keeps no other from being sent."""
        report = SendReport()
        wanted = self._sendable(queued, report)
        known = self._rates.rate(self._channel) if wanted else None
        rate = known.per_second if known else _DEFAULT_RATE
        step = batches_at_a_time(rate)
        for first in range(0, len(wanted), step):
            if not self._send_reserved(wanted[first : first + step], rate, ends_at, report):
                report.give_back.extend(rest.key for rest in wanted[first + step :])
                break
        return report

    def _send_reserved(self, some: Sequence[QueuedBatch], rate: float, ends_at: int, report: SendReport) -> bool:
        """Reserves tokens for these and sends them in turn; False when time or tokens ended before they did."""
        slot = self._take(some, rate, ends_at)
        for place, one in enumerate(some):
            if slot is None or max(slot, self._clock.now()) + self._policy.needed_ms > ends_at:
                report.give_back.extend(rest.key for rest in some[place:])
                return False
            try:
                self._send_batch(one, slot, rate, ends_at, report)
            except Exception as fault:
                report.faults[one.key] = fault
            slot += round(one.size * 1000 / rate)
        return True

    def _sendable(self, queued: Sequence[QueuedBatch], report: SendReport) -> list[QueuedBatch]:
        batches: dict[tuple[str, str], list[QueuedBatch]] = {}
        for one in queued:
            batches.setdefault((one.key.tenant_id, one.key.campaign_id), []).append(one)
        campaigns: dict[tuple[str, str], Dispatch | None] = {}
        for place, some in batches.items():
            try:
                campaigns[place] = self._reader.dispatch(*place)
            except Exception as fault:
                report.faults |= {one.key: fault for one in some}
        report.kinds |= {place: one.kind for place, one in campaigns.items() if one is not None}
        return [
            one for one in queued if self._is_open(campaigns.get((one.key.tenant_id, one.key.campaign_id)), one.key)
        ]

    def _is_open(self, campaign: Dispatch | None, key: BatchKey) -> bool:
        return campaign is not None and may_send(campaign, key, self._clock.now())

    def _take(self, wanted: Sequence[QueuedBatch], rate: float, ends_at: int) -> int | None:
        now = self._clock.now()
        messages = sum(one.size for one in wanted)
        horizon = ends_at - now - self._policy.needed_ms
        return self._rates.take(self._channel, messages, now=now, per_second=rate, horizon_ms=horizon)

    def _send_batch(self, one: QueuedBatch, slot: int, rate: float, ends_at: int, report: SendReport) -> None:
        """All that waits in the batch, in calls of at most one second's worth: SES throttles larger ones."""
        size = call_entries(rate)
        for part in range(0, one.size, size):
            self._clock.sleep((slot + part * 1000 / rate - self._clock.now()) / 1000)
            if self._clock.now() + self._policy.needed_ms > ends_at:
                report.give_back.append(one.key)
                return
            batch = self._ledger.claim(one.key, self._ids.new(), size, self._clock.now() + self._policy.lease_ms)
            if batch is None or batch.claim is None:
                return
            kind = report.kinds[one.key.tenant_id, one.key.campaign_id]
            result = self._claims.send(batch, batch.claim, kind, ends_at)
            report.add(one.key, result)
            if not self._goes_on(one, result, report):
                return

    def _goes_on(self, one: QueuedBatch, result: ClaimResult, report: SendReport) -> bool:
        if result.stopped is not None and result.campaign is not None:
            if self._runs.pause(result.campaign, result.stopped, cause=result.cause):
                report.paused.append((result.cause or PauseCause.ACCOUNT, result.stopped))
            return False
        if result.out_of_quota:
            # It stays planned: release queues it again when the quota frees up.
            return False
        if result.throttled or result.postponed:
            report.give_back.append(one.key)
            return False
        # No campaign = it may not send any more; ambiguous and void claims are the resolver's. Who is deferred is
        # queued again by release when the time has come; where all were, so would be the others of the lane.
        has_more = result.left > result.deferred and (result.sent > 0 or not result.deferred)
        return result.campaign is not None and has_more and not result.ambiguous and not result.void
