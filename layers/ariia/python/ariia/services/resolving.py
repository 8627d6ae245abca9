"""The unknown: a claim whose lease is over and whose outcome nobody wrote. Evidence decides, never a guess."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ariia.domain.batch import CLOCKS_DIFFER_MS, Batch, Claim, Entry, EntryState, put_off_until
from ariia.domain.campaign import Campaign
from ariia.domain.consent import ExclusionReason
from ariia.domain.receipt import EventKind, Receipt, refusal_of
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger import BatchSummary, Ledger, Partition
from ariia.ports.sending import EventPipeline

# Clocks of two Lambda hosts may differ by this much before a lease is taken for over.
_SKEW_MS = 5_000
_PROBE_EVERY_MS = 60_000
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
        self, campaigns: CampaignStore, ledger: Ledger, pipeline: EventPipeline, clock: Clock, grace_ms: int
    ) -> None:
        self._campaigns, self._ledger, self._pipeline = campaigns, ledger, pipeline
        self._clock, self._grace_ms = clock, grace_ms

    def resolve(self, campaign: Campaign, summary: BatchSummary) -> Resolution:
        """Settles the claim when its lease is over and the evidence is complete; says when to look again if not."""
        claim = summary.claim
        if claim is None:
            return Resolution(summary.pending, settled=True)
        now = self._clock.now()
        if now < claim.lease_until + _SKEW_MS:
            return Resolution(summary.pending, wake_at=[claim.lease_until + _SKEW_MS])
        # The queues are looked at before the receipts: an event that leaves a queue in between is in the receipts.
        alive = self._is_alive(campaign, claim)
        batch = self._ledger.batch(summary.key)
        if batch is None or batch.claim is None or batch.claim.token != claim.token:
            return Resolution(len(batch.pending) if batch else 0, settled=True)
        receipts = self._receipts(batch)
        if all(_evidence(one, receipts.get(one.member_id), claim) for one in batch.claimed):
            return self._settle(campaign, batch, claim, receipts)
        return self._wait_for_silence(campaign, batch, claim, receipts, alive=alive)

    def _wait_for_silence(
        self, campaign: Campaign, batch: Batch, claim: Claim, receipts: dict[str, Receipt], *, alive: bool
    ) -> Resolution:
        """Only silence of a pipeline that is proven alive, for the whole grace, means that nothing was sent."""
        now = self._clock.now()
        if not alive:
            if claim.grace_from is not None:
                self._ledger.set_grace(batch.key, claim.token, None)
            return Resolution(len(batch.pending), held=1, wake_at=[now + _LOOK_AGAIN_MS])
        if claim.grace_from is None:
            self._ledger.set_grace(batch.key, claim.token, now)
            return Resolution(len(batch.pending), wake_at=[now + self._grace_ms])
        if now < claim.grace_from + self._grace_ms:
            return Resolution(len(batch.pending), wake_at=[claim.grace_from + self._grace_ms])
        return self._settle(campaign, batch, claim, receipts)

    def _is_alive(self, campaign: Campaign, claim: Claim) -> bool:
        if self._pipeline.backlog() > 0:
            return False
        if self._pipeline.state().latest_event_at > claim.lease_until:
            return True
        content = self._campaigns.content(campaign.tenant_id, campaign.id, campaign.approved_hash or "")
        self._pipeline.probe(content.from_address, self._clock.now(), _PROBE_EVERY_MS)
        return False

    def _receipts(self, batch: Batch) -> dict[str, Receipt]:
        members = [entry.member_id for entry in batch.entries]
        partition = Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard)
        found = self._ledger.receipts_between(partition, min(members), max(members))
        return {member: receipt for (member, lane), receipt in found.items() if lane == batch.key.lane}

    def _settle(self, campaign: Campaign, batch: Batch, claim: Claim, receipts: dict[str, Receipt]) -> Resolution:
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
