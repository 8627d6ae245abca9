"""Everything around follow-ups, in memory, with a clock that the test moves and steps that can be made to crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.tenant import Plan, Tenant, TenantSettings
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.consent.stop_words import StopWords
from ariia.services.content.checks import ContentChecks
from ariia.services.events.taking import MemberEvents
from ariia.services.follow_ups.cancel_on import CancelOnEvent
from ariia.services.follow_ups.content import FollowUpContents
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.follow_ups.follow_ups import FollowUps
from ariia.services.follow_ups.runs import FollowUpRuns
from ariia.services.members.opt_outs import OptOuts
from ariia.services.release.account_rate import AccountRate
from ariia.services.release.resolving import UnknownResolver
from ariia.services.revisits import Revisits
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import LiftedLooks, ScheduledLifting, WaitingRoom
from ariia.services.tenants.quotas import Quotas
from tests.builders import TENANT, any_double_opt_in, any_member
from tests.doubles.clock import CountingIds
from tests.doubles.follow_ups import MemoryEvents, MemoryFollowUps
from tests.doubles.jobs import MemoryJobs
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.rendering import DirectRendering
from tests.doubles.schedules import MemorySchedules
from tests.doubles.tenants import MemoryTenants
from tests.unit.campaigns.campaign_desk import VerifiedDomains
from tests.world import GRACE_MS, HIDDEN_MS, World

HOUR_MS = 3_600_000
Wrap = Callable[[str, Any], Any]


class FollowUpDesk:
    """The tenant `studio` with its member `anna`; `wrap` may put something around each port."""

    def __init__(
        self, wrap: Wrap | None = None, *, plan: Plan = Plan.BUSINESS, settings: TenantSettings | None = None
    ) -> None:
        around = wrap or (lambda _, port: port)
        self.world = World()
        self.clock = self.world.clock
        self.tenants = MemoryTenants()
        tenant = Tenant(TENANT, "Studio", plan, timezone="Europe/Berlin", default_sender="Studio <news@studio.example>")
        tenant.settings = settings or TenantSettings()
        self.tenants.create(tenant)
        self.world.add(any_member("anna"))
        self.store, self.schedules, self.events = MemoryFollowUps(), MemorySchedules(self.clock), MemoryEvents()
        self.quotas = Quotas(around("quotas", MemoryQuotas()), self.tenants, self.clock)
        world = self.world
        campaigns, ledger = around("campaigns", world.campaigns), around("ledger", world.ledger)
        self.singles = SingleMessages(
            campaigns,
            ledger,
            {Channel.EMAIL: around("queue", world.queue)},
            AccountRate(world.rates, {Channel.EMAIL: world.quota}, self.clock),
            self.clock,
            world.shards,
        )
        resolver = UnknownResolver(campaigns, ledger, world.pipeline, self.clock, GRACE_MS, HIDDEN_MS)
        settler = SingleSettler(self.singles, campaigns, ledger, resolver, self.tenants, self.clock)
        contents = FollowUpContents(VerifiedDomains([(TENANT, "studio.example")]), ContentChecks(DirectRendering()))
        store, revisits = around("store", self.store), Revisits(around("schedules", self.schedules), self.clock)
        room = WaitingRoom(around("jobs", MemoryJobs()), revisits)
        self.ending = FollowUpEnding(store, self.singles, self.quotas, self.clock)
        self.runs = FollowUpRuns(
            store,
            self.ending,
            self.singles,
            settler,
            contents,
            world.members,
            self.tenants,
            self.quotas,
            room,
            self.clock,
        )
        self.lifting = ScheduledLifting(revisits, self.clock)
        self.lifted = LiftedLooks(room, revisits, self.clock)
        channels = frozenset({Channel.EMAIL})
        self.follow_ups = FollowUps(
            store,
            revisits,
            self.singles,
            contents,
            self.ending,
            world.members,
            self.tenants,
            self.quotas,
            self.clock,
            CountingIds("f"),
            channels,
        )
        self.consent = MemberConsent(world.members, any_double_opt_in(), self.clock)
        self.stop_words = StopWords(world.members, self.consent, OptOuts(world.members, self.clock))
        self.member_events = MemberEvents(
            around("events", self.events),
            [CancelOnEvent(store, self.ending)],
            world.members,
            self.stop_words,
            self.clock,
            CountingIds("e"),
        )

    def create(self, **fields: Any) -> ScheduledFollowUp:
        """A follow-up to anna in an hour."""
        return self.follow_ups.create(TENANT, "agent", self.fields(**fields)).entity

    def fields(self, **fields: Any) -> dict[str, Any]:
        """What a client would send."""
        known = {"member_id": "anna", "follow_up_at": self.clock.now() + HOUR_MS, "subject": "Are you back?"}
        known |= {"message_template": "Hello {{ member.first_name }}, {{ context.goal }}?"}
        known |= {"ai_context_json": {"goal": "10 km"}}
        return {name: value for name, value in (known | fields).items() if value is not None}

    def fire(self, crash: tuple[type[BaseException], ...] = ()) -> int:
        """Lets every schedule that is due fire; Lambda repeats what failed."""
        payloads = self.schedules.fired(self.clock.now())
        for payload in payloads:
            for _ in range(3):
                try:
                    if payload["kind"] == "lifted":
                        self.lifted.look(payload["tenant_id"], payload["after"])
                    else:
                        self.runs.run(payload["tenant_id"], payload["follow_up_id"])
                    break
                except crash:
                    continue
        return len(payloads)

    def send(self) -> None:
        """The senders work off what is queued."""
        while self.world.queue.waiting:
            self.world.work_off()

    def live(self, minutes: int, crash: tuple[type[BaseException], ...] = (), step_seconds: int = 30) -> None:
        """Time passes, with everything that happens by itself."""
        for _ in range(minutes * 60 // step_seconds):
            self.clock.advance(step_seconds)
            self.world.pipeline.note_event(self.clock.now())
            self.fire(crash)
            self.send()

    def stored(self, follow_up: ScheduledFollowUp) -> ScheduledFollowUp:
        """As it rests now."""
        return self.follow_ups.get(TENANT, follow_up.id)

    def used(self) -> tuple[int, int]:
        """Follow-ups of this month: used and reserved."""
        use = next(one for one in self.quotas.usage(TENANT).features if one.feature is Feature.FOLLOW_UPS)
        return use.used, use.reserved
