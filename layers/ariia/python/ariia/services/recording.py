"""Recording what providers report: coalesced per recipient, in any order, as often as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.member import Suppression
from ariia.domain.provider_event import ProviderEvent, facts_of
from ariia.domain.receipt import EventKind, Receipt, merge
from ariia.ports.ledger import Partition, ReceiptKey, ReceiptLedger
from ariia.ports.members import MemberStore
from ariia.ports.sending import EventPipeline


@dataclass
class RecordReport:
    """What one invocation did; `failed` are the positions of events that must come again."""

    recorded: int = 0
    dropped: int = 0
    suppressed: int = 0
    failed: set[int] = field(default_factory=set)


class EventRecorder:
    """Writes receipts and suppressions. Nothing here is lost by repeating it."""

    def __init__(self, channel: Channel, ledger: ReceiptLedger, members: MemberStore, pipeline: EventPipeline) -> None:
        self._channel, self._ledger, self._members, self._pipeline = channel, ledger, members, pipeline

    def record(self, events: Sequence[ProviderEvent | None], latest_at: int) -> RecordReport:
        """Records the events (None = none of ours). `latest_at` is the newest provider instant seen (epoch ms): it
        proves that the pipeline is alive, and is noted only when everything before it is safe."""
        report = RecordReport()
        wanted = self._without_settled_sends(events, report)
        facts = _coalesced(wanted)
        unwritten = self._ledger.merge_receipts(facts)
        report.recorded = len(facts) - len(unwritten)
        report.failed |= {place for place, event in wanted.items() if receipt_key(event) in unwritten}
        for place, event in wanted.items():
            self._suppress(place, event, report)
        if not report.failed and latest_at:
            self._pipeline.note_event(latest_at)
        return report

    def _without_settled_sends(
        self, events: Sequence[ProviderEvent | None], report: RecordReport
    ) -> dict[int, ProviderEvent]:
        """A Send event is evidence only while its batch waits for an outcome; most come later and cost no write."""
        ours = {place: event for place, event in enumerate(events) if event is not None}
        sends = [event.batch for event in ours.values() if event.kind is EventKind.SENT]
        unfinished = self._ledger.unfinished(sends) if sends else set()
        kept = {
            place: event
            for place, event in ours.items()
            if event.kind is not EventKind.SENT or event.batch in unfinished
        }
        report.dropped = len(events) - len(kept)
        return kept

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
