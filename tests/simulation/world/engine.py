"""The wiring: every service over in-memory adapters behind the membrane, every function behind its trigger."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from random import Random
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.content.sandbox.meter import bounded
from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import Batch
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.ledger.receipt import Receipt
from ariia.domain.members.member import Consent, ConsentStatus
from ariia.domain.rules.wave import Lane, Wave
from ariia.domain.senders import parse_from
from ariia.domain.sending.message import MessageLinks
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import ReceiptKey
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.campaigns.targets import Targets
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.content.checks import ContentChecks
from ariia.services.member_pages.unsubscribe import Unsubscribes
from ariia.services.planning.planning import AudiencePlanner
from ariia.services.receipts.event_notes import EventNotes
from ariia.services.receipts.recording import EventRecorder
from ariia.services.release.budget import SendBudget
from ariia.services.release.control import CampaignSending
from ariia.services.release.gates import ContentGate
from ariia.services.release.in_flight import InFlightCount
from ariia.services.release.lanes import LaneReleaser
from ariia.services.release.reputation_gate import ReputationGate
from ariia.services.release.resolving import UnknownResolver
from ariia.services.release.round_state import ReleasePolicy
from ariia.services.release.rounds import BatchReleaser
from ariia.services.release.settling import BatchSettler
from ariia.services.release.stopping import CampaignStopping
from ariia.services.sending.batches import BatchSender, SendPolicy
from ariia.services.sending.claims import ClaimSender
from ariia.services.sending.composing import MessageComposer
from ariia.services.sending.eligibility import EligibilityCheck
from ariia.services.statistics.counting import StreamCounter
from ariia.services.statistics.figures import CampaignStatistics
from ariia.services.statistics.recounting import Recounting
from ariia.services.tenants.quotas import PlanUse, Quotas
from tests.builders import NOW, TENANT, any_campaign, any_content, any_double_opt_in, any_member
from tests.doubles.clock import CountingIds
from tests.doubles.erasures import MemoryErasures
from tests.doubles.members.engagement import MemoryEngagement
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.recent_sends import MemoryRecentSends
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.rendering import DirectRendering
from tests.doubles.sending import MemorySendRates, MemorySendReader
from tests.doubles.statistics import MemoryStatistics
from tests.doubles.templates import MemoryTemplates
from tests.doubles.tenants import MemoryTenants
from tests.simulation.scenario import GRACE_MS, LEASE_MS, OVER, Scenario, hard_weather
from tests.simulation.world.audiences import AUDIENCES, member_id, put_earlier, segment_stores, tags_of
from tests.simulation.world.clocks import CLOCKS, zone_of
from tests.simulation.world.events import ReportedPipeline, Reports, record_events
from tests.simulation.world.faults import Chance, FaultPlan
from tests.simulation.world.gate import OPEN
from tests.simulation.world.ports import Membrane, TaskClock
from tests.simulation.world.provider import Provider
from tests.simulation.world.queues import HIDDEN_MS, EventSource, Message, Queue
from tests.simulation.world.recounts import RECOUNT_REST_SECONDS, ReadRowByRow
from tests.simulation.world.scheduler import START, Gone, Scheduler
from tests.simulation.world.state_machine import CampaignExecutions
from tests.simulation.world.stream import StreamedLedger, StreamReader
from tests.simulation.world.watch import WatchedCampaigns, WatchedReader

KEY = b"k" * 32
NEEDED_MS = 19_000
SEND_TIMEOUT_MS = 60_000
CAMPAIGN = "spring"
_COME_AGAIN_SECONDS = 10
_PER_CALL = 2
_DAY = 86_400_000
# Compiled content is kept in it: every run sends the same campaign.
_COMPOSER = MessageComposer(Channel.EMAIL, MessageLinks("https://x.example", KEY), "test", bounded)


class _Directory:
    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        return parse_from(from_address).domain == "studio.example"


class _Keys:
    def key(self) -> bytes:
        return KEY


class Engine:
    """One account with one tenant and one campaign. `parts` are the classes it is made of, so that a wrong one can
    take the place of a right one."""

    def __init__(self, scenario: Scenario, plan: FaultPlan, parts: Parts) -> None:
        self.scenario, self.plan, self.parts = scenario, plan, parts
        self.chance = Chance(scenario.seed)
        self.scheduler = Scheduler(scenario.seed)
        self.membrane = Membrane(self.scheduler, plan, self.chance)
        self.clock = TaskClock(self.scheduler)
        self._stores()
        self._world_outside()
        self._services()
        self._triggers()
        self._api()

    def stored(self) -> Campaign:
        """The campaign as it rests."""
        found = self.campaigns.get(TENANT, CAMPAIGN)
        assert found is not None
        return found

    def rows(self) -> list[Batch]:
        """The campaign's ledger as it rests."""
        found = [batch for rows in self.ledger.batches.values() for batch in rows.values()]
        return [batch for batch in found if batch.key.campaign_id == CAMPAIGN]

    def usage(self) -> PlanUse:
        """What the tenant has used of its plan."""
        return Quotas(self.quotas, self.tenants, self.clock).usage(TENANT)

    def skew(self) -> int:
        """How far the next host's clock is off."""
        return round((self.scheduler.random.random() * 2 - 1) * self.scenario.skew_ms)

    def _stores(self) -> None:
        scenario = self.scenario
        self.members = self._audience()
        self.ledger = self.parts.ledger()
        self.campaigns = WatchedCampaigns()
        self.statistics = self.parts.statistics()
        self.quotas, self.tenants = MemoryQuotas(), MemoryTenants()
        self.clocks = CLOCKS[scenario.clocks]
        settings = TenantSettings(quiet_hours=dict(self.clocks.rules.quiet_hours))
        zone = self.clocks.rules.zone
        self.tenants.create(
            Tenant(TENANT, "Studio", timezone=zone, default_sender="news@studio.example", settings=settings)
        )
        content = any_content()
        made = any_campaign(id=CAMPAIGN, sender="news@studio.example", hold_unknown=scenario.hold_unknown)
        if scenario.window_ms is not None:
            made.shards, made.batch_size = scenario.shards, 10
            made.waves = [Wave("w0", not_before=START + 5_000, not_after=START + scenario.window_ms)]
            made.lanes = [Lane("l0", "w0", Channel.EMAIL)]
        made.scheduled_local, made.member_local_time = self.clocks.local, self.clocks.local is not None
        audience = AUDIENCES[scenario.audience]
        made.target_type, target = audience.target_type, audience.target
        self.expected = [member_id(one) for one in range(scenario.members) if audience.meant(one)]
        assert self.campaigns.create(CampaignChange(made, content, target, ("hash-1", content, target)))
        self.segments, self.lists = segment_stores(scenario.shards, scenario.members)
        assert self.campaigns.create(CampaignChange(put_earlier(self.ledger, scenario.shards, scenario.members)))

    def _audience(self) -> MemoryMembers:
        scenario = self.scenario
        store = MemoryMembers(scenario.shards, now=self.clock.now)
        vars(store).update(
            pickle.loads(
                _pickled(
                    scenario.members, scenario.shards, scenario.shared, scenario.refusing, scenario.clocks != "none"
                )
            )
        )
        assert all(store.get(TENANT, f"m{number:03d}") for number in range(scenario.members))
        return store

    def _world_outside(self) -> None:
        scenario, scheduler = self.scenario, self.scheduler
        self.queue = Queue("email", scheduler, self.chance, scenario.queue)
        self.events = Queue("events", scheduler, self.chance, scenario.queue)
        habits = scenario.provider
        self.provider = self.parts.provider(scheduler, self.chance, self.plan, habits, scenario.rate)
        reports = Reports(scheduler, self.chance, self.events, scenario.events)
        self.provider.on_taken = reports.of_taken
        self.pipeline = self.parts.pipeline(self.events, reports, self.provider)
        if scenario.foreign_ms:
            reports.foreign(scenario.foreign_ms, lambda: self.stored().status not in OVER)
        self.executions = CampaignExecutions(scheduler, self.skew, scenario.plan_ms, scenario.most_rounds)

    def _services(self) -> None:
        around, parts, clock = self.membrane.around, self.parts, self.clock
        ledger, campaigns = around("ledger", self.ledger), around("campaigns", self.campaigns)
        members, pipeline = around("members", self.members), around("pipeline", self.pipeline)
        rates, queue = around("rates", MemorySendRates()), _SendQueue(self.membrane, self.queue)
        runs = parts.runs(campaigns, clock)
        quotas = Quotas(around("quotas", self.quotas), around("tenants", self.tenants), clock)
        self.broadcasts = BroadcastQuota(quotas)
        reader = WatchedReader(self.scheduler, around("reader", MemorySendReader(self.campaigns, self.members)))
        shards, targets = self.scenario.shards, Targets(around("segments", self.segments), campaigns)
        rules = CampaignRules(around("tenants", self.tenants), runs, clock)
        engagement = around("engagement", MemoryEngagement(self.members))
        facts = parts.facts(campaigns, ledger, around("lists", self.lists), engagement, clock, shards)
        ending = parts.ending(campaigns, runs, self.broadcasts)
        self.executions.planner = parts.planner(
            campaigns, members, ledger, rates, runs, clock, shards, self.broadcasts, targets, facts, rules, ending
        )
        resolver = parts.resolver(campaigns, ledger, pipeline, clock, parts.grace_ms, HIDDEN_MS)
        quota = around("quota", self.provider)
        pace = ReleasePolicy()
        settler = parts.settler(ledger, queue, resolver, clock, pace)
        budget = SendBudget(rates, quota, clock, pace)
        reputation = ReputationGate(around("statistics", self.statistics), around("tenants", self.tenants), runs)
        gates = [reputation, ContentGate(runs, settler)]
        lanes = LaneReleaser(ledger, queue, clock)
        self.executions.releaser = BatchReleaser(runs, settler, lanes, budget, clock, pace, gates, rules, ending)
        look = parts.look(Channel.EMAIL, around("sends", parts.sends(self.members)), clock)
        claims = parts.claims(ledger, reader, look, _COMPOSER, self.provider, clock, NEEDED_MS)
        policy = SendPolicy(parts.lease_ms, NEEDED_MS)
        ids = CountingIds("token")
        self.sender = parts.sender(Channel.EMAIL, ledger, reader, rates, claims, runs, clock, ids, policy)
        erasures = around("erasures", MemoryErasures(self.members))
        receipts = _ReceiptWriter(self.membrane, ledger)
        self.recorder = parts.recorder(Channel.EMAIL, receipts, members, engagement, pipeline, clock, erasures)
        self.notes = parts.notes(pipeline, clock)
        self.counter = parts.counter(around("statistics", self.statistics))
        self.totals = CampaignStatistics(self.statistics)
        read = ReadRowByRow(self.scheduler, ledger)
        self.recounting = parts.recounting(read, around("statistics", self.statistics), clock, RECOUNT_REST_SECONDS)
        self.returns = around("queue", self.queue)

    def _triggers(self) -> None:
        scheduler, concurrency = self.scheduler, self.scenario.concurrency
        self.senders = EventSource(
            "send_batch", scheduler, self.queue, self._send, self.skew,
            batch_size=10, concurrency=concurrency, timeout_ms=SEND_TIMEOUT_MS, delay_ms=200,
        )  # fmt: skip
        self.recorders = EventSource(
            "record_events", scheduler, self.events, self._record, self.skew,
            batch_size=500, concurrency=3, timeout_ms=30_000, delay_ms=1_000,
        )  # fmt: skip
        self.stream = StreamReader(scheduler, self.chance, self.ledger, self.counter.count, self.scenario.replayed)

    def _api(self) -> None:
        around, tenants = self.membrane.around, self.tenants
        checks = ContentChecks(DirectRendering())
        self.contents = CampaignContents(MemoryTemplates(), around("tenants", tenants), _Directory(), checks)
        ledger, campaigns = around("ledger", self.ledger), around("campaigns", self.campaigns)
        runs = around("runs", self.executions)
        self.targets = targets = Targets(around("segments", self.segments), campaigns)
        broadcasts, clock = self.broadcasts, self.clock
        self.api = CampaignSending(campaigns, runs, self.contents, targets, clock, broadcasts, self.totals, OPEN)
        self.stopping = CampaignStopping(campaigns, runs, InFlightCount(ledger), clock, broadcasts)
        members = around("members", self.members)
        consent = MemberConsent(members, any_double_opt_in(), self.clock)
        erasures = around("erasures", MemoryErasures(self.members))
        self.unsubscribes = Unsubscribes(_Keys(), tenants, members, campaigns, ledger, consent, self.clock, erasures)

    def _send(self, messages: list[Message]) -> list[Message]:
        """What functions/send_batch does with its event."""
        task = self.scheduler.current
        assert task is not None
        records = {message.body: message for message in messages}
        report = self.sender.send(list(records), task.deadline + task.skew)
        kept = [message for queued, message in records.items() if queued.key in report.give_back]
        if kept:
            self.returns.later(kept, _COME_AGAIN_SECONDS)
        return kept + [message for queued, message in records.items() if queued.key in report.faults]

    def _record(self, messages: list[Message]) -> list[Message]:
        def record(events: list[ProviderEvent | None], latest_at: int) -> set[int]:
            task = self.scheduler.current
            if any(events) and self.chance.happens(f"crash {task and task.label}", self.scenario.recorders_crash):
                raise Gone("recording")
            return self.recorder.record(events, latest_at).failed

        return list(self.parts.handle(self.notes, record, messages))


class _SendQueue:
    """The SendQueue port over the simulated queue, a few messages a call."""

    def __init__(self, membrane: Membrane, queue: Queue) -> None:
        self._membrane, self._queue = membrane, queue

    def put(self, batches: Sequence[QueuedBatch]) -> None:
        for start in range(0, len(batches), _PER_CALL):
            self._membrane.call("queue.put", partial(self._put, batches[start : start + _PER_CALL]))

    def _put(self, batches: Sequence[QueuedBatch]) -> None:
        for batch in batches:
            self._queue.send(batch)


class _ReceiptWriter:
    """The ledger to the recorder: each receipt is a call of its own, as it is with the stored ledger."""

    def __init__(self, membrane: Membrane, ledger: Any) -> None:
        self._membrane, self._ledger = membrane, ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def merge_receipts(self, facts: Mapping[ReceiptKey, Receipt]) -> set[ReceiptKey]:
        failed = set()
        for key, receipt in facts.items():
            try:
                self._ledger.merge_receipt(key, receipt)
            except TransientError:
                failed.add(key)
        return failed


class Parts:
    """The classes of the send path: the right ones. `violates` is what the verdict must say of a wrong variant, and
    `weather` gives the runs in which it must."""

    ledger: type = StreamedLedger
    statistics: type = MemoryStatistics
    provider: type = Provider
    runs: type = CampaignRuns
    planner: type = AudiencePlanner
    ending: type = RunEnding
    settler: type = BatchSettler
    resolver: type = UnknownResolver
    sender: type = BatchSender
    claims: type = ClaimSender
    look: type = EligibilityCheck
    sends: type = MemoryRecentSends
    pipeline: type = ReportedPipeline
    notes: type = EventNotes
    recorder: type = EventRecorder
    handle: Callable[..., list[Message]] = staticmethod(record_events)
    counter: type = StreamCounter
    recounting: type = Recounting
    facts: type = PageFactsReader
    lease_ms: int = LEASE_MS
    grace_ms: int = GRACE_MS
    patches: tuple[tuple[Any, str, Any], ...] = ()
    weather: Callable[[int], Scenario] = staticmethod(hard_weather)
    violates: str = ""


@lru_cache(maxsize=256)
def _pickled(count: int, shards: int, shared: float, refusing: float, scattered: bool) -> bytes:
    random, store = Random("audience"), MemoryMembers(shards, now=lambda: NOW)
    members = []
    for number in range(count):
        consent = {"email": Consent(ConsentStatus.GRANTED, "import", NOW - _DAY)}
        zone = zone_of(number) if scattered else None
        member = any_member(member_id(number), consent=consent, tags=tags_of(number), timezone=zone)
        if random.random() < shared:
            member.email = f"family{number % 5}@example.com"
        if random.random() < refusing:
            member.consent = {"email": Consent(ConsentStatus.DENIED, "import", NOW)}
        members.append(member)
    assert store.save(members) == []
    return pickle.dumps({name: value for name, value in vars(store).items() if name in ("rows", "records")})
