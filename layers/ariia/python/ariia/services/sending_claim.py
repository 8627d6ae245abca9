"""One claim, from the last look at campaign and members to the written outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ariia.domain.batch import Batch, Claim, Entry, EntryState
from ariia.domain.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.consent import refusal
from ariia.domain.errors import InvalidError, UnknownOutcomeError
from ariia.domain.member import Member
from ariia.domain.receipt import EventKind, Receipt
from ariia.ports.clock import Clock
from ariia.ports.ledger import Ledger, Partition
from ariia.ports.sending import Accepted, EntryOutcome, MessageSender, Refused, SendReader, Stopped

from .composing import MessageComposer
from .halving import POSTPONED, send_halving

# Pause, cancel and unsubscribe promise it (architecture, "Cancel"): no call begins on an older look.
OLDEST_LOOK_MS = 5_000


@dataclass
class ClaimResult:
    """What one claim came to; counts are of members. `stopped` is the provider's reason why nobody may send now,
    `void` that the claim was resolved by somebody else before the outcome could be written."""

    sent: int = 0
    failed: int = 0
    excluded: int = 0
    throttled: int = 0
    out_of_quota: bool = False
    postponed: int = 0
    ambiguous: int = 0
    left: int = 0
    void: bool = False
    stopped: str | None = None
    campaign: Campaign | None = None


class ClaimSender:
    """Carries out one claim. It is the only code that hands messages to a provider."""

    def __init__(
        self,
        channel: Channel,
        ledger: Ledger,
        reader: SendReader,
        sender: MessageSender,
        composer: MessageComposer,
        clock: Clock,
        needed_ms: int,
    ) -> None:
        self._channel, self._ledger, self._reader, self._sender = channel, ledger, reader, sender
        self._composer, self._clock, self._needed_ms = composer, clock, needed_ms

    def send(self, batch: Batch, claim: Claim, ends_at: int) -> ClaimResult:
        """Looks, calls, writes. A call begins only with the provider's read timeout left before `ends_at` (epoch ms),
        so that none outlives the lease, and only while the look is young."""
        key, looked_at = batch.key, self._clock.now()
        ids = [entry.member_id for entry in batch.claimed]
        campaign, members = self._reader.campaign_and_members(key.tenant_id, key.campaign_id, key.shard, ids)
        if campaign is None or not may_send(campaign, batch, self._clock.now()):
            return self._write(batch, claim, {}, ClaimResult())
        result = ClaimResult(campaign=campaign)
        content = self._reader.content(campaign)
        if content is None:
            result.stopped = "the approved content is gone"
            return self._write(batch, claim, {}, result)
        outcomes = self._proven(batch, claim)
        outcomes |= self._excluded(batch, members, outcomes)
        waiting = [members[one] for one in ids if one not in outcomes]
        try:
            composed = self._composer.compose(campaign, content, batch, claim, waiting)
        except InvalidError as error:
            result.stopped = f"the content can't be rendered: {error.message}"
            return self._write(batch, claim, outcomes, result)
        failed = {entry.member_id: entry for entry in batch.claimed if entry.member_id in composed.failed}
        outcomes |= {one: _failed(entry, claim, composed.failed[one]) for one, entry in failed.items()}
        latest = min(ends_at - self._needed_ms, looked_at + OLDEST_LOOK_MS)
        answers: dict[str, EntryOutcome] = {}
        try:
            for call in composed.calls:
                answers |= send_halving(self._sender, call, lambda: self._clock.now() <= latest)
        except UnknownOutcomeError:
            # Not even what an earlier call is known to have done may be written: the claim covers them all.
            return ClaimResult(ambiguous=composed.size, campaign=campaign)
        outcomes |= self._judge(batch, claim, answers, composed.marks, result)
        return self._write(batch, claim, outcomes, result)

    def _proven(self, batch: Batch, claim: Claim) -> dict[str, Entry]:
        """Members whom an earlier attempt reached after all: its event came in after the resolver had given up."""
        if claim.attempt == 1:
            return {}
        ids = [entry.member_id for entry in batch.claimed]
        partition = Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard)
        receipts = self._ledger.receipts_between(partition, min(ids), max(ids))
        found = ((entry, receipts.get((entry.member_id, batch.key.lane))) for entry in batch.claimed)
        proven = {entry.member_id: _proof(entry, receipt, claim) for entry, receipt in found if receipt}
        return {one: entry for one, entry in proven.items() if entry is not None}

    def _excluded(self, batch: Batch, members: Mapping[str, Member], known: Mapping[str, Entry]) -> dict[str, Entry]:
        excluded = {}
        for entry in batch.claimed:
            reason = refusal(members.get(entry.member_id), self._channel)
            if reason is not None and entry.member_id not in known:
                excluded[entry.member_id] = replace(entry, state=EntryState.EXCLUDED, detail=str(reason))
        return excluded

    def _judge(
        self,
        batch: Batch,
        claim: Claim,
        answers: Mapping[str, EntryOutcome],
        marks: Mapping[str, int],
        result: ClaimResult,
    ) -> dict[str, Entry]:
        now = self._clock.now()
        outcomes = {}
        for entry in batch.claimed:
            answer = answers.get(entry.member_id)
            if isinstance(answer, Accepted):
                mark = marks.get(entry.member_id, entry.untracked)
                outcomes[entry.member_id] = Entry(
                    entry.member_id, EntryState.ACCEPTED, answer.provider_id, claim.attempt, now, mark
                )
            elif isinstance(answer, Refused):
                outcomes[entry.member_id] = _failed(entry, claim, answer.reason)
            elif isinstance(answer, Stopped):
                result.stopped = answer.reason
            elif answer is POSTPONED:
                result.postponed += 1
            elif answer is not None:
                result.throttled += 1
                result.out_of_quota |= answer.is_quota
        return outcomes

    def _write(self, batch: Batch, claim: Claim, outcomes: dict[str, Entry], result: ClaimResult) -> ClaimResult:
        entries = batch.with_outcomes(outcomes)
        if not self._ledger.write_outcome(batch, claim, entries, claim.token):
            result.void = True
            return result
        states = [entry.state for entry in outcomes.values()]
        result.sent = states.count(EntryState.ACCEPTED)
        result.failed = states.count(EntryState.FAILED)
        result.excluded = states.count(EntryState.EXCLUDED)
        result.left = sum(entry.state is EntryState.PENDING for entry in entries)
        return result


def may_send(campaign: Campaign, batch: Batch, now: int) -> bool:
    """True while a provider call may begin for this batch: its campaign sends and its wave is open at `now`."""
    return campaign.is_sendable and is_lane_open(campaign, batch.key.lane, now)


def is_lane_open(campaign: Campaign, lane_id: str, now: int) -> bool:
    """True when the lane's wave is open at `now` (epoch ms)."""
    lane = next((one for one in campaign.lanes if one.id == lane_id), None)
    wave = next((one for one in campaign.waves if lane and one.id == lane.wave), None)
    return wave is not None and wave.is_open(now)


def _failed(entry: Entry, claim: Claim, reason: str) -> Entry:
    return replace(entry, state=EntryState.FAILED, detail=reason, attempt=claim.attempt)


def _proof(entry: Entry, receipt: Receipt, claim: Claim) -> Entry | None:
    attempts = [one for one in receipt.accepted_attempts if one < claim.attempt]
    good = [one for one in attempts if str(one) not in receipt.refused_attempts]
    if not good:
        return None
    at = receipt.at(EventKind.SENT) or min(receipt.times.values(), default=0)
    return replace(entry, state=EntryState.ACCEPTED, detail=receipt.provider_id or "", attempt=good[-1], at=at)
