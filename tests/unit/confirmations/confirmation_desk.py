"""Everything around a double opt-in, in memory, with a clock that the test moves and steps that can be killed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import ConfirmationRequest
from ariia.domain.consent.confirmation_link import confirmation_token
from ariia.domain.members.member import Consent, Member
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.confirmations.asking_again import AskingAgain
from ariia.services.confirmations.limits import ConfirmationLimits
from ariia.services.confirmations.mails import ConfirmationMails
from ariia.services.confirmations.questions import ConfirmationQuestions
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.member_pages.confirmation_page import ConfirmationPage
from ariia.services.members.members import Members
from ariia.services.release.account_rate import AccountRate
from ariia.services.release.resolving import UnknownResolver
from ariia.services.revisits import Revisits
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import LiftedLooks, ScheduledLifting, WaitingRoom
from tests.builders import TENANT
from tests.doubles.clock import CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.schedules import MemorySchedules
from tests.doubles.secrets import MemorySigningKeys
from tests.doubles.tenants import MemoryTenants
from tests.unit.campaigns.campaign_desk import VerifiedDomains
from tests.world import GRACE_MS, HIDDEN_MS, World

Wrap = Callable[[str, Any], Any]
MAIL = "anna@example.com"
GRANTED: dict[str, Any] = {"email": {"status": "granted", "source": "form", "proof": {"form": "F-17"}}}
ON = TenantSettings(double_opt_in=True)


class ConfirmationDesk:
    """The tenant `studio`, which asks everybody; `wrap` may put something around each port."""

    def __init__(self, wrap: Wrap | None = None, *, settings: TenantSettings = ON) -> None:
        around = wrap or (lambda _, port: port)
        self.world = world = World()
        self.clock = world.clock
        self.tenants = MemoryTenants()
        tenant = Tenant(TENANT, "Studio", timezone="Europe/Berlin", default_sender="Studio <news@studio.example>")
        tenant.settings = settings
        self.tenants.create(tenant)
        self.domains = VerifiedDomains([(TENANT, "studio.example")])
        self.schedules, self.jobs, self.keys = MemorySchedules(self.clock), MemoryJobs(), MemorySigningKeys(b"k" * 32)
        members, revisits = around("members", world.members), Revisits(around("schedules", self.schedules), self.clock)
        campaigns, ledger = around("campaigns", world.campaigns), around("ledger", world.ledger)
        jobs, tenants = around("jobs", self.jobs), around("tenants", self.tenants)
        limits, room = ConfirmationLimits(jobs, self.clock), WaitingRoom(jobs, revisits)
        opt_in = DoubleOptIn(tenants, revisits, self.clock)
        self.members = Members(members, jobs, opt_in, self.clock, CountingIds("m"))
        self.consent = MemberConsent(members, opt_in, self.clock)
        self.again = AskingAgain(members, tenants, self.domains, limits, revisits, self.clock, CountingIds("again"))
        self.page = ConfirmationPage(self.keys, tenants, members, self.consent, self.clock)
        singles = SingleMessages(
            campaigns,
            ledger,
            {Channel.EMAIL: around("queue", world.queue)},
            AccountRate(world.rates, {Channel.EMAIL: world.quota}, self.clock),
            self.clock,
            world.shards,
        )
        self.questions = ConfirmationQuestions(
            members, tenants, self.domains, singles, AskedConfirmations(jobs), self.clock
        )
        resolver = UnknownResolver(campaigns, ledger, world.pipeline, self.clock, GRACE_MS, HIDDEN_MS)
        settler = SingleSettler(singles, campaigns, ledger, resolver, tenants, self.clock)
        self.noted = AskedConfirmations(jobs)
        self.lifting = ScheduledLifting(revisits, self.clock)
        self.lifted = LiftedLooks(room, revisits, self.clock)
        self.mails = ConfirmationMails(
            members, tenants, self.domains, singles, settler, limits, self.noted, room, self.clock
        )

    def put(self, member_id: str = "anna", **values: Any) -> Member:
        """The member after a PUT of the back office."""
        return self.members.upsert(TENANT, member_id, values).member

    def sign_up(self, member_id: str = "anna", email: str = MAIL, **consent: Any) -> Member:
        """The member after the back office said that they agreed."""
        return self.put(member_id, email=email, consent={"email": {**GRANTED["email"], **consent}})

    def set(self, values: Mapping[str, Any], member_id: str = "anna") -> Member:
        """The member after a PUT of their consent."""
        return self.consent.set(TENANT, member_id, Channel.EMAIL, values, "api", "desk")

    def leave(self, member_id: str = "anna") -> None:
        """They unsubscribe now."""
        self.consent.withdraw(TENANT, member_id, Channel.EMAIL, "one_click", self.clock.now())

    def member(self, member_id: str = "anna") -> Member:
        """As it rests now."""
        found = self.world.members.get(TENANT, member_id)
        assert found is not None
        return found

    def word(self, member_id: str = "anna") -> Consent:
        """What holds for e-mail."""
        return self.member(member_id).consent["email"]

    def choose(self, **settings: Any) -> None:
        """Changes the tenant's settings."""
        tenant = self.tenants.get(TENANT)
        assert tenant is not None
        tenant.settings = TenantSettings(**settings)
        assert self.tenants.save(tenant, [])

    def fire(self, crash: tuple[type[BaseException], ...] = ()) -> int:
        """Lets every schedule that is due fire. Lambda repeats what was killed; here only when it must."""
        payloads = self.schedules.fired(self.clock.now())
        for payload in payloads:
            if payload["kind"] == "lifted":
                self.lifted.look(payload["tenant_id"], payload["after"])
                continue
            requests = [ConfirmationRequest(**one) for one in payload["requests"]]
            for _ in range(3):
                with suppress(*crash):
                    self.mails.look(payload["tenant_id"], requests)
                    break
                if self.schedules.waiting:
                    break
        return len(payloads)

    def live(self, minutes: float, crash: tuple[type[BaseException], ...] = (), step_seconds: int = 15) -> None:
        """Time passes, with everything that happens by itself."""
        for _ in range(round(minutes * 60 / step_seconds)):
            self.clock.advance(step_seconds)
            self.world.pipeline.note_event(self.clock.now())
            self.fire(crash)
            while self.world.queue.waiting:
                self.world.work_off()

    @property
    def asked(self) -> list[str]:
        """The addresses that the question went to, in order."""
        return [one.address for call in self.world.provider.calls for one in call.recipients]

    def token(self, member_id: str = "anna") -> str:
        """The token of the link that was sent last."""
        sent = [one for call in self.world.provider.calls for one in call.recipients if one.member_id == member_id]
        link = next(word for word in sent[-1].data.split('"') if "/c/" in word)
        return link.rpartition("/c/")[2]

    def forged_token(self, asked_at: int) -> str:
        """The token of a link that asked at another time."""
        return confirmation_token(self.keys.key(), self.member(), asked_at)
