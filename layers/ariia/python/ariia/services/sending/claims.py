"""One claim, from the eligibility check at campaign and members to the written outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ariia.domain.errors import InvalidError, TransientError, UnknownOutcomeError
from ariia.domain.ledger.batch import CLOCKS_DIFFER_MS, Batch, BatchKey, Claim, Entry, EntryState, put_off_until
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import ACCEPTED_CONTENT, ACCEPTED_MISSING, Dispatch
from ariia.domain.ledger.put_off import PutOff
from ariia.domain.ledger.receipt import EventKind, Receipt
from ariia.domain.pause_cause import PauseCause
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Ledger, Partition
from ariia.ports.ledger.sending import Accepted, MessageSender, Refused, SenderStopped
from ariia.ports.send_reader import SendReader
from ariia.services.sending.composing import Composed, MessageComposer
from ariia.services.sending.eligibility import OLDEST_CHECK_MS, Deferral, Eligibility, EligibilityCheck
from ariia.services.sending.halving import POSTPONED, Outcomes, has_accepted, send_halving


@dataclass
class ClaimResult:
    """What one claim came to; counts are of members. `deferred` may not be sent to at present (quiet hours, caps),
    `stopped` says why nobody can get it now, for which `cause`; `void` that the claim was resolved by somebody else
    before the outcome could be written."""

    sent: int = 0
    failed: int = 0
    excluded: int = 0
    throttled: int = 0
    out_of_quota: bool = False
    postponed: int = 0
    deferred: int = 0
    ambiguous: int = 0
    left: int = 0
    void: bool = False
    stopped: str | None = None
    cause: PauseCause | None = None
    campaign: Dispatch | None = None

    def stop(self, reason: str, cause: PauseCause) -> None:
        """Notes why nobody can get it now."""
        self.stopped, self.cause = reason, cause


class ClaimSender:
    """Carries out one claim. It is the only code that hands messages to a provider."""

    def __init__(
        self,
        ledger: Ledger,
        reader: SendReader,
        look: EligibilityCheck,
        composer: MessageComposer,
        sender: MessageSender,
        clock: Clock,
        needed_ms: int,
    ) -> None:
        self._ledger, self._reader, self._look, self._sender = ledger, reader, look, sender
        self._composer, self._clock, self._needed_ms = composer, clock, needed_ms

    def send(self, batch: Batch, claim: Claim, kind: DispatchKind, ends_at: int) -> ClaimResult:
        """Looks, calls, writes. A call begins only with the provider's read timeout left before `ends_at` (epoch ms),
        so that none outlives the lease, and only while the look is young."""
        key, looked_at = batch.key, self._clock.now()
        ids = [entry.member_id for entry in batch.claimed]
        campaign, members = self._reader.dispatch_and_members(key.tenant_id, key.campaign_id, kind, key.shard, ids)
        if campaign is None or not may_send(campaign, key, self._clock.now()):
            return self._write(batch, claim, {}, ClaimResult())
        result = ClaimResult(campaign=campaign)
        message = campaign.message_of(key.lane)
        content = self._reader.message(key.tenant_id, message) if message is not None else None
        if content is None:
            result.stop("the approved content is gone", PauseCause.CONTENT)
            return self._write(batch, claim, {}, result)
        outcomes = self._proven(batch, claim)
        verdict = self._look.judge(campaign, key, [one for one in ids if one not in outcomes], members)
        outcomes |= _excluded(batch, verdict)
        try:
            composed = self._composer.compose(campaign, content, batch, claim, verdict.may)
        except InvalidError as error:
            result.stop(f"the content can't be rendered: {error.message}", PauseCause.CONTENT)
            return self._write(batch, claim, outcomes, result, verdict.deferred)
        except TransientError:
            # Nothing was handed over: the batch comes again, and not only when its lease is over.
            result.postponed = len(verdict.may)
            return self._write(batch, claim, outcomes, result, verdict.deferred)
        if len(composed.failed) > 1 and not composed.calls and not fails_singly(campaign):
            # What fails for several, and all of a claim, is the content's fault. Of one alone nobody can tell.
            reason = next(iter(composed.failed.values()))
            result.stop(f"the content can't be rendered: {reason}", PauseCause.CONTENT)
            return self._write(batch, claim, outcomes, result, verdict.deferred)
        failed = {entry.member_id: entry for entry in batch.claimed if entry.member_id in composed.failed}
        outcomes |= {one: _failed(entry, claim, composed.failed[one]) for one, entry in failed.items()}
        try:
            answers = self._hand_over(campaign, composed, min(ends_at - self._needed_ms, looked_at + OLDEST_CHECK_MS))
        except UnknownOutcomeError:
            # Not even what an earlier call is known to have done may be written: the claim covers them all.
            return ClaimResult(ambiguous=composed.size, campaign=campaign)
        outcomes |= self._judge(batch, claim, answers, composed.marks, result)
        written = self._write(batch, claim, outcomes, result, verdict.deferred)
        self._look.take_back(campaign, key, _refused(outcomes, verdict))
        return written

    def _hand_over(self, campaign: Dispatch, composed: Composed, latest: int) -> Outcomes:
        """What the provider says of each; no call begins later than `latest` (epoch ms)."""
        answers: Outcomes = {}
        for call in composed.calls:
            proven = is_proven(campaign) or has_accepted(answers)
            answers |= send_halving(self._sender, call, lambda: self._clock.now() <= latest, proven=proven)
        return answers

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

    def _judge(
        self,
        batch: Batch,
        claim: Claim,
        answers: Outcomes,
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
            elif isinstance(answer, SenderStopped):
                result.stop(answer.reason, answer.cause)
            elif answer is POSTPONED:
                result.postponed += 1
            elif answer is not None:
                result.throttled += 1
                result.out_of_quota |= answer.is_quota
        return outcomes

    def _write(
        self,
        batch: Batch,
        claim: Claim,
        outcomes: dict[str, Entry],
        result: ClaimResult,
        deferred: Mapping[str, Deferral] | None = None,
    ) -> ClaimResult:
        entries = batch.with_outcomes(outcomes)
        if deferred:
            result.deferred = len(deferred)
            rules_at = result.campaign.rules_changed_at if result.campaign else 0
            entries = [_deferred(entry, deferred, rules_at) for entry in entries]
            # A claim takes the first ones that wait: it is to find those whose time comes first.
            entries.sort(key=_put_off_until)
        wait_until = _wait_until(entries, self._clock.now())
        if not self._ledger.write_outcome(batch, claim, entries, claim.token, wait_until):
            result.void = True
            return result
        states = [entry.state for entry in outcomes.values()]
        result.sent = states.count(EntryState.ACCEPTED)
        result.failed = states.count(EntryState.FAILED)
        result.excluded = states.count(EntryState.EXCLUDED)
        result.left = sum(entry.state is EntryState.PENDING for entry in entries)
        return result


def is_proven(campaign: Dispatch) -> bool:
    """True when what is refused is a member's own: the provider has taken the message for others, or a person who had
    seen its refusal went on."""
    return campaign.went_out is True or ACCEPTED_CONTENT in campaign.despite


def fails_singly(campaign: Dispatch) -> bool:
    """True when members whose message can't be rendered fail one by one: others got it, or a person wanted it so."""
    return is_proven(campaign) or ACCEPTED_MISSING in campaign.despite


def may_send(campaign: Dispatch, key: BatchKey, now: int) -> bool:
    """True while a provider call may begin for this batch: its campaign sends and its lane's window is open at `now`
    (epoch ms). Quiet hours are each member's own: the eligibility check asks for them."""
    return campaign.is_sendable and campaign.is_lane_open(key.lane, now)


def _excluded(batch: Batch, verdict: Eligibility) -> dict[str, Entry]:
    return {
        entry.member_id: replace(entry, state=EntryState.EXCLUDED, detail=str(verdict.excluded[entry.member_id]))
        for entry in batch.claimed
        if entry.member_id in verdict.excluded
    }


def _refused(outcomes: Mapping[str, Entry], verdict: Eligibility) -> Sequence[str]:
    return [one.id for one in verdict.may if one.id in outcomes and outcomes[one.id].state is EntryState.FAILED]


def _deferred(entry: Entry, deferred: Mapping[str, Deferral], rules_at: int) -> Entry:
    found = deferred.get(entry.member_id)
    if found is None or entry.state is not EntryState.PENDING:
        return entry
    return replace(entry, at=found.until, detail=PutOff(found.cause, rules_at).mark)


def _put_off_until(entry: Entry) -> int:
    return entry.at if entry.state is EntryState.PENDING else 0


def _wait_until(entries: Sequence[Entry], now: int) -> int | None:
    """Until when the batch may be left alone; None when somebody waits who need not, as far as is known. Where a claim
    is smaller than the batch, several of them find out."""
    until = put_off_until(entries)
    return max(until, now + CLOCKS_DIFFER_MS) if until is not None and until > now else None


def _failed(entry: Entry, claim: Claim, reason: str) -> Entry:
    return replace(entry, state=EntryState.FAILED, detail=reason, attempt=claim.attempt)


def _proof(entry: Entry, receipt: Receipt, claim: Claim) -> Entry | None:
    attempts = [one for one in receipt.accepted_attempts if one < claim.attempt]
    good = [one for one in attempts if str(one) not in receipt.refused_attempts]
    if not good:
        return None
    at = receipt.at(EventKind.SENT) or min(receipt.times.values(), default=0)
    return replace(entry, state=EntryState.ACCEPTED, detail=receipt.provider_id or "", attempt=good[-1], at=at)
