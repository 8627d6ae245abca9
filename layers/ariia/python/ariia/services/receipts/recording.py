"""Recording what providers report: coalesced per recipient, in any order, as often as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import BatchKey, Entry
from ariia.domain.ledger.engagement import engagement_in
from ariia.domain.ledger.evidence import corrected
from ariia.domain.ledger.provider_event import ProviderEvent, facts_of
from ariia.domain.ledger.receipt import EventKind, Receipt, merge
from ariia.domain.members.member import Engagement, Suppression
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, ReceiptKey, ReceiptLedger
from ariia.ports.ledger.sending import EventPipeline
from ariia.ports.members.engagement import EngagementNotes
from ariia.ports.members.members import ErasureMarks, MemberStore


@dataclass
class RecordReport:
    """What one invocation did; `failed` are the positions of events that must come again."""

    recorded: int = 0
    dropped: int = 0
    suppressed: int = 0
    failed: set[int] = field(default_factory=set)


class EventRecorder:
    """Writes receipts and suppressions. Nothing here is lost by repeating it."""

    def __init__(
        self,
        channel: Channel,
        ledger: ReceiptLedger,
        members: MemberStore,
        engagement: EngagementNotes,
        pipeline: EventPipeline,
        clock: Clock,
        erasures: ErasureMarks,
    ) -> None:
        self._engagement, self._erasures = engagement, erasures
        self._channel, self._ledger, self._members = channel, ledger, members
        self._pipeline, self._clock = pipeline, clock

    def record(self, events: Sequence[ProviderEvent | None], latest_at: int) -> RecordReport:
        """Records the events (None = none of ours); those about no message of the ledger are dropped. `latest_at` is
        the newest provider instant seen (epoch ms): it proves that the pipeline is alive, and is noted only when
        everything before it is safe."""
        report = RecordReport()
        ours = {place: event for place, event in enumerate(events) if event is not None}
        known = self._ledger.open_to_evidence([event.batch for event in ours.values()]) if ours else {}
        still_open = {key for key, is_open in known.items() if is_open}
        # A Send event is evidence only while its batch is open; most come later and cost no write.
        wanted = {
            place: event
            for place, event in ours.items()
            if event.kind is not EventKind.SENT or event.batch in still_open
        }
        for place in self._of_the_erased(wanted):
            self._suppress_others(place, wanted.pop(place), report)
        wanted = self._of_our_messages(wanted, known)
        report.dropped = len(events) - len(wanted)
        facts = _coalesced(wanted)
        unwritten = self._ledger.merge_receipts(facts)
        report.recorded = len(facts) - len(unwritten)
        report.failed |= {place for place, event in wanted.items() if receipt_key(event) in unwritten}
        self._correct(wanted, still_open, report)
        for place, event in wanted.items():
            self._suppress(place, event, report)
        self._note_engagement(wanted, report)
        if not report.failed and latest_at:
            self._pipeline.note_event(latest_at)
        return report

    def _of_the_erased(self, events: Mapping[int, ProviderEvent]) -> list[int]:
        """The events about a member who was erased: nothing of them may be stored under an id again. Somebody who came
        back stands in the batches of their new time, and in no others."""
        by_tenant: dict[str, set[str]] = {}
        for event in events.values():
            by_tenant.setdefault(event.batch.tenant_id, set()).add(event.member_id)
        marks = {one: self._erasures.cached_marks(one, sorted(ids)) for one, ids in by_tenant.items()}
        marked = {place: marks[event.batch.tenant_id].get(event.member_id) for place, event in events.items()}
        return [place for place, mark in marked.items() if mark and not (mark.done and self._is_in(events[place]))]

    def _of_our_messages(
        self, events: Mapping[int, ProviderEvent], known: Mapping[BatchKey, bool]
    ) -> dict[int, ProviderEvent]:
        """Without the events of batches that there are not. Whoever an event would suppress must be in its batch, too:
        it ends all sending to an address, and is rare enough to be looked at."""
        wanted = {place: event for place, event in events.items() if event.batch in known}
        suspects = {event.batch for event in wanted.values() if event.suppresses is not None}
        mailed = {(key, entry.member_id) for key in suspects for entry in self._entries(key)}
        return {
            place: event
            for place, event in wanted.items()
            if event.suppresses is None or (event.batch, event.member_id) in mailed
        }

    def _entries(self, key: BatchKey) -> Sequence[Entry]:
        batch = self._ledger.batch(key)
        return batch.entries if batch is not None else ()

    def _is_in(self, event: ProviderEvent) -> bool:
        return any(entry.member_id == event.member_id for entry in self._entries(event.batch))

    def _suppress_others(self, place: int, event: ProviderEvent, report: RecordReport) -> None:
        """A mailbox that bounced or complained does so for everybody who still has it."""
        if event.suppresses is None or not event.address:
            return
        one = address_hash(self._channel, event.address)
        if self._members.sharers(event.batch.tenant_id, self._channel, one):
            self._suppress(place, event, report)

    def _correct(self, events: Mapping[int, ProviderEvent], still_open: set[BatchKey], report: RecordReport) -> None:
        """Puts right what an outcome, or the silence before this event, had made of an attempt. The receipt holds the
        evidence already: the resolver of a claim will find it there."""
        news: dict[BatchKey, list[int]] = {}
        for place, event in events.items():
            if event.batch in still_open or not event.proves_acceptance:
                news.setdefault(event.batch, []).append(place)
        for key, places in news.items():
            if not self._correct_batch(key, [events[place] for place in places]):
                report.failed.update(places)

    def _correct_batch(self, key: BatchKey, events: Sequence[ProviderEvent]) -> bool:
        """False when the events must come again, as the batch is being worked on."""
        batch = self._ledger.batch(key)
        if batch is None:
            return True
        entries = {entry.member_id: entry for entry in batch.entries}
        partition = Partition(key.tenant_id, key.campaign_id, key.shard)
        ids = [event.member_id for event in events]
        receipts = self._ledger.receipts_between(partition, min(ids), max(ids))
        for event in events:
            if event.member_id in entries:
                receipt = receipts.get((event.member_id, key.lane))
                entries[event.member_id] = corrected(entries[event.member_id], event, receipt)
        if batch.claim is not None:
            # While the batch is claimed its sender or the resolver writes the outcome; a refusal waits for that.
            return batch.claim.lease_until <= self._clock.now() or all(event.proves_acceptance for event in events)
        wanted = [entries[entry.member_id] for entry in batch.entries]
        return wanted == batch.entries or self._ledger.rewrite(replace(batch, entries=wanted), batch.entries)

    def _note_engagement(self, events: Mapping[int, ProviderEvent], report: RecordReport) -> None:
        by_tenant: dict[str, dict[str, Engagement]] = {}
        for (tenant_id, member_id), seen in engagement_in(events.values()).items():
            by_tenant.setdefault(tenant_id, {})[member_id] = seen
        for tenant_id, seen_of in by_tenant.items():
            try:
                self._engagement.note(tenant_id, seen_of)
            except TransientError:
                report.failed |= {place for place, event in events.items() if event.batch.tenant_id == tenant_id}

    def _suppress(self, place: int, event: ProviderEvent, report: RecordReport) -> None:
        reason = event.suppresses
        if reason is None or not event.address:
            return
        one = address_hash(self._channel, event.address)
        try:
            self._members.suppress(event.batch.tenant_id, self._channel, one, Suppression(reason, event.at))
            report.suppressed += 1
        except TransientError:
            report.failed.add(place)


def receipt_key(event: ProviderEvent) -> ReceiptKey:
    """Where the event's receipt rests."""
    batch = event.batch
    partition = Partition(batch.tenant_id, batch.campaign_id, batch.shard)
    return ReceiptKey(partition, event.member_id, batch.lane)


def _coalesced(events: Mapping[int, ProviderEvent]) -> dict[ReceiptKey, Receipt]:
    facts: dict[ReceiptKey, Receipt] = {}
    for event in events.values():
        key = receipt_key(event)
        facts[key] = merge(facts.get(key, Receipt()), facts_of(event))
    return facts
