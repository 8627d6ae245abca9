"""The whole engine over in-memory adapters: one tenant, one campaign, a clock that the test moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import take_charge
from ariia.domain.channel import Channel
from ariia.domain.content.content import Content
from ariia.domain.content.sandbox.meter import bounded
from ariia.domain.ledger.batch import BatchKey, Entry
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind, RecipientStatus
from ariia.domain.members.member import Member
from ariia.domain.recipients.recipient import Recipient, recipient
from ariia.domain.sending.message import MessageLinks
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition
from ariia.ports.ledger.sending import SendCall, SendRate
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.firing import CampaignFiring
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.campaigns.targets import Targets
from ariia.services.planning.planning import AudiencePlanner
from ariia.services.receipts.recording import EventRecorder
from ariia.services.release.account_rate import AccountRate
from ariia.services.release.budget import SendBudget
from ariia.services.release.gates import ContentGate
from ariia.services.release.lanes import LaneReleaser
from ariia.services.release.reputation_gate import ReputationGate
from ariia.services.release.resolving import UnknownResolver
from ariia.services.release.round_state import ReleasePolicy
from ariia.services.release.rounds import BatchReleaser, Round
from ariia.services.release.settling import BatchSettler
from ariia.services.sending.batches import BatchSender, SendPolicy, SendReport
from ariia.services.sending.claims import ClaimSender
from ariia.services.sending.composing import MessageComposer
from ariia.services.sending.eligibility import EligibilityCheck
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.tenants.quotas import Quotas
from tests.builders import TENANT, any_campaign, any_content, any_target
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.erasures import MemoryErasures
from tests.doubles.event_pipeline import MemoryEventPipeline
from tests.doubles.ledger import MemoryLedger
from tests.doubles.members.engagement import MemoryEngagement
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.recent_sends import MemoryRecentSends
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.segments import MemorySegmentLists, MemorySegments
from tests.doubles.sending import FixedQuota, MemorySendQueue, MemorySendRates, MemorySendReader, RecordingSender
from tests.doubles.statistics import MemoryStatistics
from tests.doubles.tenants import MemoryTenants

SHARDS = 4
LEASE_MS = 100_000
GRACE_MS, HIDDEN_MS = 60_000, 180_000
INVOCATION_MS = 60_000


class World:
    """Builds everything; `run` drives a campaign to its end."""

    def __init__(self, *, rate: float = 500.0, shards: int = SHARDS) -> None:
        self.clock = ManualClock()
        self.campaigns = MemoryCampaigns()
        self.members = MemoryMembers(shards)
        self.erasures = MemoryErasures(self.members)
        self.ledger = MemoryLedger()
        self.segments, self.lists = MemorySegments(), MemorySegmentLists(shards)
        self.engagement = MemoryEngagement(self.members)
        self.queue = MemorySendQueue()
        self.rates = MemorySendRates()
        self.quota = FixedQuota(SendRate(per_second=rate, daily_quota=1_000_000, sent_last_day=0))
        self.pipeline = MemoryEventPipeline()
        self.provider = RecordingSender()
        self.runs = CampaignRuns(self.campaigns, self.clock)
        self.shards = shards
        self.tenants = MemoryTenants()
        self.tenants.create(Tenant(TENANT, "Studio", Plan.ENTERPRISE))
        self.statistics = MemoryStatistics()
        self.quotas = Quotas(MemoryQuotas(), self.tenants, self.clock)
        self.firing = CampaignFiring(self.campaigns, BroadcastQuota(self.quotas), self.clock)
        self.ending = RunEnding(self.campaigns, self.runs, BroadcastQuota(self.quotas))
        self.planner = AudiencePlanner(
            self.campaigns,
            self.members,
            self.ledger,
            self.rates,
            self.runs,
            self.clock,
            shards,
            BroadcastQuota(self.quotas),
            Targets(self.segments, self.campaigns),
            PageFactsReader(self.campaigns, self.ledger, self.lists, self.engagement, self.clock, shards),
            CampaignRules(self.tenants, self.runs, self.clock),
            self.ending,
        )
        resolver = UnknownResolver(self.campaigns, self.ledger, self.pipeline, self.clock, GRACE_MS, HIDDEN_MS)
        policy = ReleasePolicy()
        settler = BatchSettler(self.ledger, self.queue, resolver, self.clock, policy)
        gates = [ReputationGate(self.statistics, self.tenants, self.runs), ContentGate(self.runs, settler)]
        self.releaser = BatchReleaser(
            self.runs,
            settler,
            LaneReleaser(self.ledger, self.queue, self.clock),
            SendBudget(self.rates, self.quota, self.clock, policy),
            self.clock,
            policy,
            gates,
            CampaignRules(self.tenants, self.runs, self.clock),
            self.ending,
        )
        self.sender = self._sender()
        self.singles = SingleMessages(
            self.campaigns,
            self.ledger,
            {Channel.EMAIL: self.queue},
            AccountRate(self.rates, {Channel.EMAIL: self.quota}, self.clock),
            self.clock,
            shards,
        )
        self.settler = SingleSettler(self.singles, self.campaigns, self.ledger, resolver, self.tenants, self.clock)
        self.recorder = EventRecorder(
            Channel.EMAIL,
            self.ledger,
            self.members,
            self.engagement,
            self.pipeline,
            self.clock,
            self.erasures,
        )

    def _sender(self) -> BatchSender:
        reader = MemorySendReader(self.campaigns, self.members)
        self.composer = MessageComposer(Channel.EMAIL, MessageLinks("https://x.example", b"k" * 32), "test", bounded)
        self.sends = MemoryRecentSends(self.members)
        look = EligibilityCheck(Channel.EMAIL, self.sends, self.clock)
        claims = ClaimSender(self.ledger, reader, look, self.composer, self.provider, self.clock, 15_000)
        return BatchSender(
            Channel.EMAIL,
            self.ledger,
            reader,
            self.rates,
            claims,
            self.runs,
            self.clock,
            CountingIds("token"),
            SendPolicy(LEASE_MS, 15_000),
        )

    def add(self, *members: Member) -> None:
        """Stores members."""
        assert self.members.save(list(members)) == []

    def has_settings(self, **settings: object) -> None:
        """The tenant's admin changes these settings."""
        tenant = self.tenants.get(TENANT)
        assert tenant is not None
        tenant.settings = replace(tenant.settings, **settings)  # type: ignore[arg-type]
        assert self.tenants.save(tenant)

    def approve(
        self, campaign: Campaign | None = None, content: Content | None = None, target: Target | None = None
    ) -> Campaign:
        """Stores a campaign as approved."""
        made = campaign or any_campaign()
        parts = (made.approved_hash or "", content or any_content(), target or any_target())
        assert self.campaigns.create(CampaignChange(made, parts[1], parts[2], parts))
        return made

    def start(self, campaign: Campaign) -> int:
        """Takes charge as the API does, and plans; the epoch of the run."""
        fresh = self.fresh(campaign)
        epoch = fresh.version
        move = take_charge(fresh, epoch, by="anna", at=self.clock.now())
        assert self.campaigns.save(CampaignChange(fresh, moves=[move]))
        self.plan(campaign, epoch)
        return epoch

    def plan(self, campaign: Campaign, epoch: int) -> None:
        """What the state machine does before its first round."""
        deadline = self.clock.now() + 240_000
        progress = self.planner.plan(campaign.tenant_id, campaign.id, epoch, deadline)
        assert progress.outcome == "planned"
        self.planner.freeze(campaign.tenant_id, campaign.id, epoch)

    def round(self, campaign: Campaign, epoch: int, idle: int = 0) -> Round:
        """One round of the loop."""
        return self.releaser.round(campaign.tenant_id, campaign.id, epoch, idle)

    def work_off(self, at_most: int = 10) -> SendReport:
        """One invocation of the sender with what waits in the queue."""
        taken, self.queue.waiting = self.queue.waiting[:at_most], self.queue.waiting[at_most:]
        report = self.sender.send(taken, self.clock.now() + INVOCATION_MS)
        for fault in report.faults.values():
            raise fault
        self.queue.waiting += [one for one in taken if one.key in report.give_back]
        return report

    def run(self, campaign: Campaign, rounds: int = 3_000) -> Campaign:
        """From approved to the end, with every event delivered."""
        self.loop(campaign, self.start(campaign), rounds)
        return self.fresh(campaign)

    def loop(self, campaign: Campaign, epoch: int, rounds: int = 3_000) -> None:
        """Rounds and invocations until the run ends."""
        idle = 0
        for _ in range(rounds):
            step = self.round(campaign, epoch, idle)
            idle = step.idle
            if step.outcome == "end":
                return
            until = self.clock.now() + step.wait_seconds * 1000
            while self.queue.waiting and self.clock.now() < until:
                before = self.clock.now()
                if self.work_off().give_back and self.clock.now() == before:
                    # What is given back comes again in ten seconds.
                    self.clock.advance(10)
            self.clock.advance(max(0, until - self.clock.now()) / 1000)
        raise AssertionError("the run does not end")

    def report(self, kind: EventKind | None, call: SendCall, member_id: str, **fields: object) -> None:
        """Records one event about a message that was sent."""
        batch = BatchKey.from_tag(call.tags["tenant"], call.tags["campaign"], call.tags["batch"])
        attempt = int(call.tags["attempt"])
        event = ProviderEvent(kind, self.clock.now(), batch, attempt, member_id, **fields)  # type: ignore[arg-type]
        self.recorder.record([event], self.clock.now())

    def fresh(self, campaign: Campaign) -> Campaign:
        """The campaign as it is stored."""
        found = self.campaigns.get(campaign.tenant_id, campaign.id)
        assert found is not None
        return found

    def entries(self) -> dict[str, Entry]:
        """Every entry of the ledger by member."""
        batches = [batch for rows in self.ledger.batches.values() for batch in rows.values()]
        found = [entry for batch in batches for entry in batch.entries]
        assert len(found) == len({entry.member_id for entry in found}), "a member is in the ledger twice"
        return {entry.member_id: entry for entry in found}

    def recipients(self, campaign: Campaign) -> dict[str, Recipient]:
        """Everybody's derived view."""
        fresh, merged = self.fresh(campaign), {}
        for shard in range(self.shards):
            partition = Partition(campaign.tenant_id, campaign.id, shard)
            receipts = self.ledger.receipts_between(partition, "", "~")
            for batch in self.ledger.batches.get(partition.key, {}).values():
                for entry in batch.entries:
                    receipt = receipts.get((entry.member_id, batch.key.lane))
                    merged[entry.member_id] = recipient(fresh, batch, entry, receipt)
        return merged

    def statuses(self, campaign: Campaign) -> Counter[RecipientStatus]:
        """How many stand where."""
        return Counter(one.status for one in self.recipients(campaign).values())
