"""A tenant that knows Annika in every way there is, in memory, with a clock that the test moves and steps that can be
made to crash."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ariia.bootstrap.personal_data import PersonalDataPorts, export_sections, stopping_steps, sweeping_steps
from ariia.domain.address import address_hash
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import Target, TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import ConfirmationRequest, request_to
from ariia.domain.imports.job import ImportFormat, ImportJob, ImportRange, PartResult, PartState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.domain.preflight.job import kind_of
from ariia.domain.privacy.erasure import Erasure, ErasureReason
from ariia.domain.revisits import RevisitKind
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import Series
from ariia.domain.statistics.counts import batch_counts, receipt_counts
from ariia.domain.statistics.totals import Totals, totals
from ariia.domain.tenants.tenant import TenantSettings
from ariia.ports.campaigns import CampaignChange
from ariia.ports.jobs import Job, JobPart
from ariia.ports.ledger.sending import SendCall
from ariia.ports.series import SeriesChange
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.confirmations.limits import ConfirmationLimits
from ariia.services.confirmations.mails import ConfirmationMails
from ariia.services.follow_ups.content import FollowUpContents
from ariia.services.imports.jobs import ImportJobs
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.erasures import Erasures
from ariia.services.privacy.erasure.runs import ErasurePolicy, ErasureRuns
from ariia.services.privacy.export.exports import MemberExports
from ariia.services.privacy.export.runs import ExportRuns
from ariia.services.privacy.jobs import ERASURES, EXPORTS, ErasureJobs, ExportJobs
from ariia.services.privacy.runs import PrivacyRuns
from ariia.services.release.resolving import UnknownResolver
from ariia.services.revisits import Revisits
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import WaitingRoom
from tests.builders import NOW, TENANT, any_campaign, any_content, any_member, any_target
from tests.doubles.clock import CountingChance, CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.rendering import DirectRendering
from tests.doubles.schedules import MemorySchedules
from tests.doubles.series import MemorySeries
from tests.doubles.uploads import MemoryUploads
from tests.unit.campaigns.campaign_desk import VerifiedDomains
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk, Wrap
from tests.world import GRACE_MS, HIDDEN_MS

WHO = "annika"
QUIET_SECONDS = 330
FAMILY = "family@example.com"
# By what Annika could be told in whatever is stored.
HERS = ("annika", "+49301234", "crm-1042", "the knee", "back in march")
BODY = (
    '<p>Hello {{ member.first_name }}, <a href="https://studio.example/offer">look</a></p>'
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
)

_COMPILED: dict[Any, Any] = {}


class PrivacyDesk:
    """The tenant `studio`. `wrap` may put something around each port that exports and erasures use."""

    def __init__(self, wrap: Wrap | None = None) -> None:
        around = wrap or (lambda _, port: port)
        self.around = around
        self.follow_up_desk = desk = FollowUpDesk(wrap, settings=TenantSettings(double_opt_in=True))
        self.world, self.clock = desk.world, desk.clock
        # What takes most of the time is known by heart: contents are the same in every desk, and judged elsewhere.
        desk.follow_ups._contents = FollowUpContents(VerifiedDomains([(TENANT, "studio.example")]))
        self.world.composer._compiled = _COMPILED
        self.jobs, self.uploads, self.schedules = MemoryJobs(), MemoryUploads(), MemorySchedules(self.clock)
        self.series, self.questions = MemorySeries(self.world.campaigns), MemorySchedules(self.clock)
        self.trail = self.world.members.audit
        # The trail notes when by the world's clock.
        self.world.members._now = self.clock.now
        self._services(around)

    def _services(self, around: Callable[[str, Any], Any]) -> None:
        world, clock, desk = self.world, self.clock, self.follow_up_desk
        jobs, uploads, trail = around("jobs", self.jobs), around("uploads", self.uploads), around("trail", self.trail)
        members, store = around("members", world.members), around("erasures", world.erasures)
        self.revisits = Revisits(around("schedules", self.schedules), clock)
        self.erasure_jobs, exports = ErasureJobs(jobs, ERASURES, clock), ExportJobs(jobs, EXPORTS, clock)
        beginning = ErasureBeginning(store, members, self.erasure_jobs, clock)
        ids = CountingIds("x")
        self.erasures = Erasures(self.erasure_jobs, beginning, self.revisits, store, members, trail, clock, ids)
        self.exports = MemberExports(exports, self.revisits, members, trail, uploads, clock, ids)
        chance, ending = CountingChance(), desk.ending
        ports = PersonalDataPorts(
            members=members,
            engagement=around("engagement", world.engagement),
            trail=trail,
            segments=around("segments", world.segments),
            lists=around("lists", world.lists),
            campaigns=around("campaigns", world.campaigns),
            ledger=around("ledger", world.ledger),
            series=around("series", self.series),
            follow_ups=around("store", desk.store),
            events=around("events", desk.events),
            jobs=jobs,
            uploads=uploads,
            shards=world.shards,
        )
        self.stopping = stopping_steps(ports, ending, chance)
        self.sweeping = sweeping_steps(ports, beginning, ending, exports, chance, clock)
        policy = ErasurePolicy(QUIET_SECONDS)
        self.erasure_runs = ErasureRuns(
            self.erasure_jobs, beginning, store, trail, self.stopping, self.sweeping, clock, policy
        )
        self.sections = export_sections(ports, DirectRendering())
        export_runs = ExportRuns(exports, uploads, self.sections, members, desk.tenants, clock)
        works = {RevisitKind.ERASURE: self.erasure_runs, RevisitKind.EXPORT: export_runs}
        self.runs = PrivacyRuns(self.revisits, works)
        self.mails = self._mails()

    def knows_annika(self) -> PrivacyDesk:
        """Fills every place that may know a member."""
        world = self.world
        world.add(self.annika(), any_member("ben", email=FAMILY), any_member("cleo"), any_member("annie"))
        self.sent = self._sent()
        self._confirmed()
        self.waiting = world.approve(any_campaign(id="waiting", name="Waiting"), any_content())
        self.epoch = world.start(self.waiting)
        # Her address was given to her there, and Ben gets nothing.
        selected = any_target(target_filter_json={"member_ids": ["cleo", WHO]}, exclude={"member_ids": [WHO]})
        picked = any_campaign(id="picked", target_type=TargetType.SELECTED, status=CampaignStatus.DRAFT)
        assert world.campaigns.create(CampaignChange(picked, any_content(), selected))
        self._series(replace(picked, id="weekly"), selected)
        self._follow_ups()
        self._lists()
        self._files()
        self._test_send()
        self.messages = len(world.provider.members)
        return self

    def annika(self, **fields: Any) -> Member:
        """Annika as she is stored first; her mailbox is Ben's too."""
        known = {
            "email": FAMILY,
            "phone": "+49301234567",
            "external_id": "CRM-1042",
            "first_name": "Annika",
            "tags": ["yoga"],
            "attributes": {"coach": "Annika's sister"},
            "consent": {"email": Consent(ConsentStatus.GRANTED, "form", NOW - 9, {"form": "F-17"}, "desk")},
        }
        return any_member(WHO, **(known | fields))

    def _sent(self) -> Campaign:
        """A campaign that is over, with everything that Annika did."""
        world = self.world
        campaign = world.approve(any_campaign(id="sent", name="Spring"), any_content(html=BODY))
        world.run(campaign)
        call = self.call_to(WHO)
        for kind in (EventKind.DELIVERED, EventKind.OPENED):
            world.report(kind, call, WHO)
        world.report(EventKind.CLICKED, call, WHO, link="https://studio.example/offer")
        world.report(EventKind.DELIVERED, self.call_to("cleo"), "cleo")
        return campaign

    def _series(self, draft: Campaign, target: Target) -> None:
        rule = CalendarRule("FREQ=WEEKLY", "2027-01-18", "09:00", "Europe/Berlin")
        frozen = ("h1", any_content(), target)
        change = SeriesChange(Series("weekly", TENANT, draft, rule), any_content(), target, frozen=frozen)
        assert self.series.create(change)

    def _confirmed(self) -> None:
        """Annika was asked whether she agreed, and did."""
        member = self.wait_for_answer()
        call = self.call_to(WHO, last=True)
        self.world.report(EventKind.DELIVERED, call, WHO)
        member.consent = self.annika().consent
        assert self.world.members.save([member]) == []

    def wait_for_answer(self, at: int = NOW - 5) -> Member:
        """Annika waits from now on, and is asked at once."""
        member = self.world.members.get(TENANT, WHO)
        assert member is not None
        member.consent = {"email": Consent(ConsentStatus.PENDING, "form", at)}
        assert self.world.members.save([member]) == []
        request = request_to(member, self.clock.now())
        assert request is not None
        self.mails.look(TENANT, [request])
        self.follow_up_desk.send()
        return member

    def call_to(self, member_id: str, *, last: bool = False) -> SendCall:
        """The first provider call that this member was in, or the last."""
        calls = self.world.provider.calls[:: -1 if last else 1]
        return next(call for call in calls if member_id in [one.member_id for one in call.recipients])

    def _follow_ups(self) -> None:
        desk = self.follow_up_desk
        told = {"member_id": WHO, "ai_context_json": {"goal": "the knee"}, "reason": "Back in March"}
        desk.create(**told)
        desk.clock.advance(HOUR_MS / 1000)
        desk.live(5)
        self.pending = desk.create(**told, conversation_id="chat-1")
        event = {"member_id": WHO, "name": "visited", "data": {"note": "Annika came by"}}
        desk.member_events.take(TENANT, "agent", event)

    def _lists(self) -> None:
        segment = MemberSegment("list-1", TENANT, "Regulars", is_dynamic=False)
        assert self.world.segments.create(segment)
        self.world.lists.add(TENANT, "list-1", [WHO, "cleo"])

    def _files(self) -> None:
        job = ImportJob("i1", TENANT, ImportFormat.CSV, "desk", self.clock.now(), cut_at=1)
        job.ranges = [ImportRange(0, 9, 2, 3)]
        imports = ImportJobs(self.jobs)
        assert imports.create(job)
        assert imports.save_result(job, 0, PartResult(PartState.DONE, records=3, rejected=2), 0)
        problems = [{"field": "phone", "message": "is wrong", "value": "CRM-1042", "allowed": "E.164"}]
        others = [{"field": "email", "message": "is wrong", "value": "cleo@", "allowed": "an address"}]
        lines = [{"line": 2, "problems": problems}, {"line": 3, "problems": others}]
        self.uploads.put(job.result_key("rejected", 0), "".join(json.dumps(one) + "\n" for one in lines).encode())
        preflight = Job(TENANT, kind_of("sent"), "p1", {"counted": {"sample": [WHO]}})
        assert self.jobs.create(preflight)
        assert self.jobs.save_part(preflight, JobPart(0, {"after": WHO}))

    def _test_send(self) -> None:
        """A test of the draft that shows Annika, to the family's address and to somebody's."""
        ids = [id_of_test_recipient(Channel.EMAIL, one) for one in (FAMILY, "boss@example.com")]
        people = [replace(self.annika(), id=one, created_at=self.clock.now()) for one in ids]
        world = self.world
        singles = self._singles()
        container = Campaign(id=container_id(DispatchKind.TEST, TENANT, "t1"), tenant_id=TENANT, name="Spring")
        singles.prepare(container, any_content(), ids, test_recipients=people)
        while world.queue.waiting:
            world.work_off()
        document = {"campaign_id": "sent", "addresses": dict(zip(ids, (FAMILY, "boss@example.com"), strict=True))}
        assert self.jobs.create(Job(TENANT, "test_send", "t1", document | {"member_id": WHO, "created_at": NOW}))

    def _singles(self) -> SingleMessages:
        world = self.world
        return SingleMessages(
            world.campaigns, world.ledger, {Channel.EMAIL: world.queue}, self._rate(), self.clock, world.shards
        )

    def _mails(self) -> ConfirmationMails:
        world, singles = self.world, self._singles()
        resolver = UnknownResolver(world.campaigns, world.ledger, world.pipeline, self.clock, GRACE_MS, HIDDEN_MS)
        return ConfirmationMails(
            world.members,
            self.follow_up_desk.tenants,
            VerifiedDomains([(TENANT, "studio.example")]),
            singles,
            SingleSettler(singles, world.campaigns, world.ledger, resolver, self.follow_up_desk.tenants, self.clock),
            ConfirmationLimits(self.jobs, self.clock),
            AskedConfirmations(self.jobs),
            WaitingRoom(self.jobs, Revisits(self.questions, self.clock)),
            self.clock,
        )

    def _rate(self) -> Any:
        class Free:
            def may_send(self, _: Channel) -> bool:
                return True

        return Free()

    # What happens by itself, and what is there then

    def start(self, key: Any = None, who: str = WHO) -> Erasure:
        """Asks for the erasure of Annika."""
        return self.erasures.start(TENANT, who, ErasureReason.MEMBER_REQUEST, "boss", key).entity

    def fire(self, crash: tuple[type[BaseException], ...] = ()) -> int:
        """Lets every schedule that is due fire; Lambda repeats what failed."""
        payloads = self.schedules.fired(self.clock.now())
        for one in payloads:
            kind = RevisitKind(one["kind"])
            for _ in range(3):
                try:
                    self.runs.run(kind, one["tenant_id"], one["job_id"], self.clock.now() + 90_000)
                    break
                except crash:
                    continue
        for one in self.questions.fired(self.clock.now()):
            requests = [ConfirmationRequest(**each) for each in one["requests"]]
            self.mails.look(one["tenant_id"], requests)
        return len(payloads)

    def live(self, minutes: int, crash: tuple[type[BaseException], ...] = ()) -> None:
        """Time passes."""
        for _ in range(minutes * 6):
            self.clock.advance(10)
            self.fire(crash)

    def stored(self) -> str:
        """Everything that any store holds, as text in lower case."""
        desk, world = self.follow_up_desk, self.world
        stores = (
            world.members.rows,
            world.members.records,
            vars(self.trail),
            vars(world.ledger),
            vars(world.campaigns),
            vars(world.segments),
            vars(world.lists),
            vars(world.engagement)["_notes"],
            vars(desk.store),
            vars(desk.events),
            vars(self.jobs),
            vars(self.series),
            self.questions.waiting,
            self.uploads.files,
            self.schedules.waiting,
            desk.schedules.waiting,
        )
        return " ".join(str(one) for one in stores).lower()

    def about_her(self) -> list[str]:
        """What of Annika is stored, with a little around it."""
        text = self.stored()
        places = [at for word in HERS for at in re.finditer(re.escape(word), text)]
        return [text[max(0, at.start() - 80) : at.end() + 40] for at in places]

    def figures(self) -> dict[str, Totals]:
        """The figures of the campaigns, by what their ledgers say now."""
        found = {}
        for campaign in (self.sent, self.waiting):
            counts: dict[tuple[str, str], int] = {}
            for key, rows in self.world.ledger.batches.items():
                if key.split("#")[1] == campaign.id:
                    for batch in rows.values():
                        _add(counts, batch_counts(batch.key.lane, batch.entries))
            for key, receipts in self.world.ledger.receipts.items():
                if key.split("#")[1] == campaign.id:
                    for (_, lane), receipt in receipts.items():
                        _add(counts, receipt_counts(lane, receipt))
            found[campaign.id] = totals(counts, targeted=None, cancelled=False)
        return found

    def family_hash(self) -> str:
        """The hash of the shared address."""
        return address_hash(Channel.EMAIL, FAMILY)

    def erasure(self, erasure_id: str) -> Erasure:
        """As it stands."""
        return self.erasures.get(TENANT, erasure_id)


def _add(counts: dict[tuple[str, str], int], more: dict[tuple[str, str], int]) -> None:
    for key, number in more.items():
        counts[key] = counts.get(key, 0) + number
