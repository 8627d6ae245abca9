"""What must hold in the end: nobody lost, nobody doubled, every status justified by what the provider saw, counters as
recounted from the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.receipt import Receipt, RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.recipients.recipient import recipient
from ariia.domain.statistics.counts import batch_counts, receipt_counts
from ariia.domain.tenants.plan import Feature
from ariia.ports.ledger.ledger import Partition
from tests.simulation.world.engine import Engine
from tests.simulation.world.recounts import recount_at_rest
from tests.simulation.world.watch import Watch

from .scenario import OVER

_BEYOND_SENT = {RecipientStatus.SENT, RecipientStatus.DELIVERED, RecipientStatus.OPENED, RecipientStatus.CLICKED}


@dataclass
class Verdict:
    """One run's result; counts are of members."""

    recipients: int = 0
    lost: int = 0
    doubled: int = 0
    dead_letters: int = 0
    violations: list[str] = field(default_factory=list)


class Judge:
    """Looks at an engine whose run is over."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine, self._watch = engine, watch
        self._campaign = engine.stored()
        self._truth, self._guarded = engine.provider.truth, engine.scenario.is_guarded
        self._rows = engine.rows()
        self._seen: Counter[RecipientStatus] = Counter()
        self.verdict = Verdict(recipients=len(engine.expected), violations=watch.violations)

    def judge(self, *, came_to_rest: bool) -> Verdict:
        """Everything, after the last event."""
        self._watch.look()
        self._ended(came_to_rest)
        for batch in self._rows:
            for entry in batch.entries:
                self._entry(batch, entry)
        self._everybody_is_there()
        self._doubles()
        self._counters()
        self._plan()
        self.verdict.dead_letters = self._engine.queue.dead_ever
        return self.verdict

    def _plan(self) -> None:
        """A campaign of which something went out has used one unit of the plan; any other holds none, and does not read
        as sent."""
        use = next(one for one in self._engine.usage().features if one.feature is Feature.BROADCASTS)
        went_out = any(entry.state is EntryState.ACCEPTED for batch in self._rows for entry in batch.entries)
        if (use.used, use.reserved) != (int(went_out), 0):
            self._violated(f"{use.used} broadcasts are used and {use.reserved} reserved for one campaign")
        if self._campaign.status is (CampaignStatus.FAILED if went_out else CampaignStatus.SENT):
            self._violated(f"the campaign is {self._campaign.status}, and went out: {went_out}")

    def _violated(self, what: str) -> None:
        self._watch.violated(what)

    def _lost(self, member_id: str, why: str) -> None:
        self.verdict.lost += 1
        self._violated(f"{member_id} is lost: {why}")

    def _ended(self, came_to_rest: bool) -> None:
        if self._campaign.status not in OVER:
            self._violated(f"the campaign never ended: {self._campaign.status}")
        elif not came_to_rest:
            self._violated("something still runs")

    def _entry(self, batch: Batch, entry: Entry) -> None:
        receipt = self._receipt(batch, entry)
        self._seen[recipient(self._campaign, batch, entry, receipt).status] += 1
        check = {
            EntryState.PENDING: self._pending,
            EntryState.ACCEPTED: self._accepted,
            EntryState.FAILED: self._failed,
            EntryState.EXCLUDED: self._excluded,
        }[entry.state]
        check(batch, entry)

    def _receipt(self, batch: Batch, entry: Entry) -> Receipt | None:
        key = Partition(batch.key.tenant_id, batch.key.campaign_id, batch.key.shard).key
        return self._engine.ledger.receipts.get(key, {}).get((entry.member_id, batch.key.lane))

    def _pending(self, batch: Batch, entry: Entry) -> None:
        if self._campaign.status is not CampaignStatus.CANCELLED:
            self._lost(entry.member_id, f"pending in a campaign that is {self._campaign.status}")
        if batch.claim is not None:
            self._violated("a claim was never resolved")
        self._never_sent(entry, "pending")

    def _accepted(self, batch: Batch, entry: Entry) -> None:
        attempts = {one.attempt for one in self._truth.taken.get(entry.member_id, [])}
        if not attempts:
            self._lost(entry.member_id, "accepted, says the ledger; the provider never took it")
        elif entry.attempt not in attempts:
            self._violated(f"{entry.member_id} stands on an attempt that was not taken")

    def _failed(self, batch: Batch, entry: Entry) -> None:
        refused = self._truth.refused.get(entry.member_id, set())
        refused = refused | {one.attempt for one in self._truth.taken.get(entry.member_id, []) if one.rejected}
        if entry.attempt not in refused:
            self._lost(entry.member_id, "failed, says the ledger; the provider never refused it")
        self._never_sent(entry, "failed")

    def _excluded(self, batch: Batch, entry: Entry) -> None:
        reason = ExclusionReason(entry.detail)
        scenario = self._engine.scenario
        if reason is ExclusionReason.NEEDS_DECISION and scenario.hold_unknown:
            return
        member = self._engine.members.get(batch.key.tenant_id, entry.member_id)
        is_true = {
            ExclusionReason.DUPLICATE_ADDRESS: member is not None and "email" in member.shared_address,
            ExclusionReason.EXPIRED: scenario.window_ms is not None,
        }.get(reason, refusal(member, self._campaign.channel) is not None)
        if not is_true:
            self._lost(entry.member_id, f"excluded as {reason} for no reason")
        self._never_sent(entry, f"excluded ({reason})")

    def _never_sent(self, entry: Entry, state: str) -> None:
        if self._guarded and self._truth.sent(entry.member_id):
            self._violated(f"{entry.member_id} was sent, and is {state}")

    def _everybody_is_there(self) -> None:
        there = {entry.member_id for batch in self._rows for entry in batch.entries}
        for member_id in sorted((there | self._truth.taken.keys()) - set(self._engine.expected)):
            self._violated(f"{member_id} was not meant, and is in the audience")
        if self._campaign.status is CampaignStatus.CANCELLED:
            return
        for member_id in self._engine.expected:
            if member_id not in there:
                self._lost(member_id, "not in the ledger")

    def _doubles(self) -> None:
        addresses: Counter[str] = Counter()
        for member_id in self._truth.taken:
            sent = self._truth.sent(member_id)
            self.verdict.doubled += max(0, len(sent) - 1)
            addresses.update({one.recipient.address for one in sent})
            if len(sent) > 1 and self._guarded:
                self._violated(f"{member_id} got it {len(sent)} times, attempts {[one.attempt for one in sent]}")
        if any(count > 1 for count in addresses.values()):
            self._violated("an address that two members share got it twice")

    def _counters(self) -> None:
        recounted: Counter[tuple[str, str]] = Counter()
        for batch in self._rows:
            recounted.update(batch_counts(batch.key.lane, batch.entries))
        for rows in self._engine.ledger.receipts.values():
            for (_, lane), receipt in rows.items():
                recounted.update(receipt_counts(lane, receipt))
        counted = self._engine.statistics.read(self._campaign.key)
        if dict(counted) != {key: count for key, count in recounted.items() if count}:
            self._violated("the counters are not what the ledger says")
        elif recount_at_rest(self._engine) != {}:
            self._violated("a recount does not agree with the counters")
        if self._guarded and not self._engine.scenario.hold_unknown:
            self._figures()

    def _figures(self) -> None:
        totals, seen = self._engine.totals.totals(self._campaign), self._seen
        figures = (totals.pending, totals.failed, totals.bounced, totals.excluded, totals.sent)
        status = RecipientStatus
        those = tuple(seen[one] for one in (status.PENDING, status.FAILED, status.BOUNCED, status.EXCLUDED))
        if figures != (*those, sum(seen[one] for one in _BEYOND_SENT)):
            self._violated(f"the figures {figures} are not the recipients' {dict(seen)}")
