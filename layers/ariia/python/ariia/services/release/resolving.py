"""The unknown: a claim whose lease is over and whose outcome nobody wrote. Evidence decides, never a guess."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import CLOCKS_DIFFER_MS, Batch, Claim, Entry, EntryState, put_off_until
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import EventKind, Receipt, refusal_of
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import BatchSummary, Ledger, Partition
from ariia.ports.ledger.sending import EventPipeline
from ariia.services.release.silence import Silence, SilenceProof

# Clocks of two Lambda hosts may differ by this much before a lease is taken for over.
_SKEW_MS = 5_000
_LOOK_AGAIN_MS = 15_000


@dataclass(frozen=True)
class Resolution:
    """What became of a claimed batch: `settled` = the claim is gone; `held` = waiting for proof that events arrive;
    `wake_at` = when looking again makes sense (epoch ms)."""

    pending: int
    settled: bool = False
    held: int = 0
    wake_at: list[int] = field(default_factory=list)


class UnknownResolver:
    """Resolves claims by the provider's own events (architecture, "The unknown")."""

    def __init__(
        self,
        campaigns: CampaignStore,
        ledger: Ledger,
        pipeline: EventPipeline,
        clock: Clock,
        grace_ms: int,
        hidden_ms: int,
    ) -> None:
        self._ledger, self._clock = ledger, clock
        self._proof = SilenceProof(campaigns, pipeline, clock, grace_ms, hidden_ms)

    def resolve(self, campaign: Dispatch, summary: BatchSummary) -> Resolution:
        """Settles the claim when its lease is over and the evidence is complete; says when to look again if not."""
        claim = summary.claim
        if claim is None:
            return Resolution(summary.pending, settled=True)
        now = self._clock.now()
        if now < claim.lease_until + _SKEW_MS:
            return Resolution(summary.pending, wake_at=[claim.lease_until + _SKEW_MS])
        # The queues are looked at before the receipts: an event that leaves a queue in between is in the receipts.
        silence = self._proof.look(campaign, claim)
        batch = self._ledger.batch(summary.key)
        if batch is None or batch.claim is None or batch.claim.token != claim.token:
            return Resolution(len(batch.pending) if batch else 0, settled=True)
        receipts = self._receipts(batch)
        is_complete = all(_evidence(one, receipts.get(one.member_id), claim) for one in batch.claimed)
        if is_complete or silence.is_proven:
            return self._settle(campaign, batch, claim, receipts)
        return self._wait(batch, claim, silence)

    def _wait(self, batch: Batch, claim: Claim, silence: Silence) -> Resolution:
        if silence.grace_from != claim.grace_from:
            self._ledger.set_grace(batch.key, claim.token, silence.grace_from)
        return Resolution(len(batch.pending), held=int(silence.is_held), wake_at=[silence.wake_at])

    def _receipts(self, batch: Batch) -> dict[str, Receipt]:
        members = [entry.member_id for entry in batch.entries]
        partition = Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard)
        found = self._ledger.receipts_between(partition, min(members), max(members))
        return {member: receipt for (member, lane), receipt in found.items() if lane == batch.key.lane}

    def _settle(self, campaign: Dispatch, batch: Batch, claim: Claim, receipts: dict[str, Receipt]) -> Resolution:
        outcomes = {
            entry.member_id: _evidence(entry, receipts.get(entry.member_id), claim)
            or _without_evidence(entry, hold=campaign.hold_unknown)
            for entry in batch.claimed
        }
        settled = batch.with_outcomes(outcomes)
        # A refusal of an earlier outcome may have come while this claim kept the recorder from noting it.
        entries = [_unless_refused(entry, receipts.get(entry.member_id)) for entry in settled]
        # Queued again in this round; should it be killed before, who was put off is not to wait for their lane.
        until = put_off_until(entries)
        wait_until = None if until is None else max(until, self._clock.now() + CLOCKS_DIFFER_MS)
        if not self._ledger.write_outcome(batch, claim, entries, f"resolver-{claim.token}", wait_until):
            return Resolution(len(batch.pending), wake_at=[self._clock.now() + _LOOK_AGAIN_MS])
        return Resolution(sum(entry.state is EntryState.PENDING for entry in entries), settled=True)


def _evidence(entry: Entry, receipt: Receipt | None, claim: Claim) -> Entry | None:
    """The entry as the provider's events prove it for this attempt; None when they are silent."""
    if receipt is None:
        return None
    if reason := receipt.refused_attempts.get(str(claim.attempt)):
        return replace(entry, state=EntryState.FAILED, detail=reason, attempt=claim.attempt)
    if claim.attempt not in receipt.accepted_attempts:
        return None
    at = receipt.at(EventKind.SENT) or min(receipt.times.values(), default=0)
    detail = receipt.provider_id or ""
    return replace(entry, state=EntryState.ACCEPTED, detail=detail, attempt=claim.attempt, at=at)


def _unless_refused(entry: Entry, receipt: Receipt | None) -> Entry:
    reason = refusal_of(entry, receipt) if receipt else None
    return entry if reason is None else replace(entry, state=EntryState.FAILED, detail=reason, at=0)


def _without_evidence(entry: Entry, *, hold: bool) -> Entry:
    """Tried again, or held for a person where the tenant wants that."""
    if hold:
        return replace(entry, state=EntryState.EXCLUDED, detail=str(ExclusionReason.NEEDS_DECISION))
    return entry
