"""Known-wrong ways to send single messages. Each must be caught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Batch, BatchKey, EntryState
from ariia.domain.ledger.dispatch import ONLY
from ariia.domain.single_messages import batch_of, sending
from ariia.ports.members.recent_sends import SendsChange
from ariia.services.sending.eligibility import Eligibility, EligibilityCheck
from ariia.services.single_messages.messages import SingleMessages, Standing
from ariia.services.single_messages.settling import SingleSettler
from tests.doubles.members.recent_sends import MemoryRecentSends
from tests.simulation.world.stream import StreamedLedger

from .world import SingleParts


class _CancelsBlindly(SingleMessages):
    def cancel(self, container: Campaign, member_id: str) -> Standing:
        made = sending(container, shards=self._shards, not_before=None, not_after=None, now=self._clock.now())
        stored = self._ledger.batch(batch_of(made, [member_id]).key)
        if stored is not None and (stored.is_settled or stored.claim is not None):
            return super().cancel(container, member_id)
        # Looked at above; by now a sender may hold it.
        entries = [
            replace(entry, state=EntryState.EXCLUDED, detail=str(ExclusionReason.CANCELLED))
            for entry in batch_of(made, [member_id]).entries
        ]
        self._ledger.put_batch(replace(batch_of(made, [member_id]), entries=entries))
        return Standing(entries)


class CancelLooksAndThenWrites(SingleParts):
    """A cancel that saw nobody claim the message says that it came in time."""

    violates = "although its cancel was told"
    singles = _CancelsBlindly


class _Overwriting(StreamedLedger):
    def put_batch(self, batch: Batch) -> bool:
        stored = self._find(batch.key)
        if stored is not None and stored.claim is None:
            stored.entries = list(batch.entries)
        return super().put_batch(batch)


class _PreparesEachTime(SingleSettler):
    def settle(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> Standing:
        standing = super().settle(tenant_id, container_id, member_ids)
        container: Any = self._dispatches.get(tenant_id, container_id)
        if not self._seen_before(container_id):
            said = self._dispatches.message(tenant_id, container.messages[ONLY])
            self._singles.prepare(container, said, member_ids)
        return standing

    def _seen_before(self, container_id: str) -> bool:
        self._seen: set[str] = getattr(self, "_seen", set())
        return container_id in self._seen or self._seen.add(container_id) is not None


class FiringAgainBeginsAnew(SingleParts):
    """The second firing of a schedule puts the message again, whatever became of the first."""

    violates = "got it . times"
    ledger, single_settler = _Overwriting, _PreparesEachTime


class _NeverQueuesAgain(SingleSettler):
    def _queue_again(self, container: Campaign, batch: Batch, now: int) -> Standing:
        return Standing(batch.entries, now + 60_000)


class WhatGotLostIsNotQueuedAgain(SingleParts):
    """A message that was lost between container and queue is not missed."""

    violates = "never ends"
    single_settler = _NeverQueuesAgain


class _TakesALeaseForAnEnd(SingleSettler):
    def settle(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> Standing:
        container = self._singles.container(tenant_id, container_id)
        batch = self._batch(container, member_ids)
        if batch.claim is not None and batch.claim.lease_until < self._clock.now():
            self._ledger.write_outcome(batch, batch.claim, batch.entries, "impatient")  # type: ignore[attr-defined]
        return super().settle(tenant_id, container_id, member_ids)


class LeaseOverMeansUnsent(SingleParts):
    """Nobody looks for evidence: a message whose sender died is sent again."""

    violates = "got it . times"
    single_settler = _TakesALeaseForAnEnd


class _Overwrites(MemoryRecentSends):
    def swap(self, tenant_id: str, changes: Mapping[str, SendsChange]) -> bool:
        for one, change in changes.items():
            self._members.rows[tenant_id, one].recent_sends = list(change.after)
        return True


class CapLooksAndThenWrites(SingleParts):
    """What a member was sent is read, and written whatever came in between."""

    violates = "more than . messages in a day"
    sends = _Overwrites


class _NotesNothing(EligibilityCheck):
    def judge(self, campaign: Campaign, key: BatchKey, ids: Any, members: Any) -> Eligibility:
        uncapped = replace(campaign, rules=replace(campaign.rules, cap=None))
        return super().judge(uncapped, key, ids, members)


class CapIsForCampaignsOnly(SingleParts):
    """Single messages pass by the cap."""

    violates = "more than . messages in a day"
    look = _NotesNothing


MUTANTS: tuple[type[SingleParts], ...] = (
    CancelLooksAndThenWrites,
    FiringAgainBeginsAnew,
    WhatGotLostIsNotQueuedAgain,
    LeaseOverMeansUnsent,
    CapLooksAndThenWrites,
    CapIsForCampaignsOnly,
)
