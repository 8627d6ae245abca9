"""The preflight: at once for small tenants, shard by shard for large ones, and always what planning would do."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ariia.adapters.memory.campaigns import MemoryCampaigns
from ariia.adapters.memory.clock import CountingIds, ManualClock
from ariia.adapters.memory.jobs import MemoryJobs
from ariia.adapters.memory.members import MemoryMembers
from ariia.adapters.memory.preflight_queue import MemoryPreflightQueue
from ariia.adapters.memory.senders import MemorySenders
from ariia.adapters.memory.sending import FixedQuota, MemorySendRates
from ariia.adapters.memory.ses_identities import MemoryIdentities
from ariia.adapters.memory.templates import MemoryTemplates
from ariia.adapters.memory.tenants import MemoryTenants
from ariia.domain import preflight_job
from ariia.domain.campaign import Campaign, Content, Target, TargetType
from ariia.domain.content.findings import Finding
from ariia.domain.content.trial import TrialContent
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.member import Consent, ConsentStatus, Member
from ariia.domain.preflight import AudienceCount
from ariia.domain.preflight_job import CountTask, PreflightStatus, ShardCount
from ariia.domain.template import CampaignTemplate
from ariia.domain.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.sending import SendRate
from ariia.services.audience_count import AudienceCounter, ShardCounter
from ariia.services.campaign_contents import CampaignContents
from ariia.services.campaigns import Campaigns
from ariia.services.content_checks import ContentChecks
from ariia.services.preflight import GIVES_UP_AFTER_MS, Preflights
from ariia.services.sender_domains import SenderDomains

SHARDS = 4
HTML = '<p>Hallo</p><a href="{{ unsubscribe_url }}">Abmelden</a>'
GRANTED = {"email": Consent(ConsentStatus.GRANTED, "test", 1)}


class NoTrial:
    """Rendering is tried elsewhere."""

    def check(self, content: TrialContent, members: Any) -> list[Finding]:
        return []


class Desk:
    """A tenant with a verified domain and a campaign to everyone."""

    def __init__(self, at_once: int = 1_000, rate: SendRate | None = None) -> None:
        self.clock, self.ids, self.jobs, self.queue = ManualClock(), CountingIds("job"), MemoryJobs(), MemoryPreflightQueue()
        self.members, self.campaigns, self.identities = MemoryMembers(SHARDS), MemoryCampaigns(), MemoryIdentities()
        self.templates, tenants, self.rates = MemoryTemplates(), MemoryTenants(), MemorySendRates()
        tenants.create(Tenant(id="t1", name="Gym", default_sender="hi@gym.de"))
        self.senders = SenderDomains(MemorySenders(), self.identities, self.clock)
        self.senders.add("t1", "gym.de")
        self.identities.verify("gym.de")
        self.senders.get("t1", "gym.de")
        self.quota = FixedQuota(rate or SendRate(per_second=10, daily_quota=50_000, sent_last_day=0))
        self.service = Preflights(
            campaigns=Campaigns(self.campaigns),
            contents=CampaignContents(self.templates, tenants, self.senders, ContentChecks(NoTrial())),
            counter=AudienceCounter(self.members, SHARDS, at_once),
            jobs=self.jobs,
            queue=self.queue,
            rates=self.rates,
            quota=self.quota,
            clock=self.clock,
            ids=self.ids,
            shards=SHARDS,
            ses_usd_per_1000=0.16,
        )
        self.counter = ShardCounter(self.members, self.jobs, self.clock)

    def add(self, *ids: str, **fields: Any) -> None:
        for one in ids:
            values = {"id": one, "tenant_id": "t1", "email": f"{one}@x.de", "consent": GRANTED, **fields}
            assert self.members.save([Member(**values)]) == []

    def campaign(self, content: Content | None = None, target: Target | None = None, **fields: Any) -> Campaign:
        campaign = Campaign(**{"id": "c1", "tenant_id": "t1", "name": "News", **fields})
        content = content or Content(subject="Hallo", html=HTML)
        self.campaigns.create(CampaignChange(campaign, content, target or Target()))
        return campaign

    def work_off(self, tasks: list[CountTask] | None = None) -> None:
        for task in self.queue.waiting if tasks is None else tasks:
            assert self.counter.count(task, self.clock.now() + 60_000)


def codes(desk: Desk) -> set[tuple[str, str]]:
    return {(one.code, one.severity) for one in desk.service.run("t1", "c1").findings}


def crowd(desk: Desk) -> None:
    desk.add(*[f"m{number:03d}" for number in range(90)], tags=["yoga"])
    desk.add("quiet-1", "quiet-2", consent={}, tags=["yoga"])
    desk.add(*[f"f{number}" for number in range(6)], email="Family@x.de", tags=["yoga"])
    desk.add("other-1", "other-2")


YOGA = {"target_type": TargetType.TAGS, "target": Target({"any": ["yoga"]})}
EXPECTED = (98, 91, {"no_consent": 2, "duplicate_address": 5})


def test_small_tenant_is_answered_at_once() -> None:
    desk = Desk()
    crowd(desk)
    desk.campaign(**YOGA)
    report = desk.service.run("t1", "c1")
    assert report.status is PreflightStatus.FINISHED and not desk.queue.waiting
    assert report.counted is not None and report.cost is not None and report.duration is not None
    assert (report.counted.matched, report.counted.will_get, report.counted.excluded) == EXPECTED
    assert (report.cost.messages, report.cost.ses) == (91, 0.0146)
    assert report.duration.seconds == 10
    assert report.findings == []


def test_large_tenant_is_counted_shard_by_shard_with_the_same_result() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    started = desk.service.run("t1", "c1")
    assert (started.status, started.counted, started.shards_done) == (PreflightStatus.RUNNING, None, 0)
    desk.work_off(desk.queue.waiting[:2])
    halfway = desk.service.latest("t1", "c1")
    assert (halfway.status, halfway.shards_done, halfway.shards) == (PreflightStatus.RUNNING, 2, SHARDS)
    desk.work_off(desk.queue.waiting[2:])
    desk.clock.advance(90)
    report = desk.service.latest("t1", "c1")
    assert report.status is PreflightStatus.FINISHED and report.counted is not None
    assert (report.counted.matched, report.counted.will_get, report.counted.excluded) == EXPECTED
    assert report.age_ms == 90_000


def test_result_stays_although_members_change() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.work_off()
    first = desk.service.latest("t1", "c1")
    desk.add("new", tags=["yoga"])
    desk.work_off()
    assert desk.service.latest("t1", "c1").counted == first.counted


def test_shard_counted_twice_counts_once() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.work_off(desk.queue.waiting * 2)
    counted = desk.service.latest("t1", "c1").counted
    assert counted is not None and (counted.matched, counted.will_get, counted.excluded) == EXPECTED


def test_shard_that_outlasts_its_invocation_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ariia.services.audience_count._PAGE", 5)
    monkeypatch.setattr(preflight_job, "HASHES_PER_PIECE", 1)
    desk = Desk(at_once=50)
    crowd(desk)
    desk.add(*[f"g{number}" for number in range(20)], email="Other@x.de", tags=["yoga"])
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    rounds = Counter[int]()
    for task in desk.queue.waiting:
        while not desk.counter.count(task, desk.clock.now()):
            rounds[task.shard] += 1
            assert rounds[task.shard] < 50
    assert min(rounds.values()) >= 3
    counted = desk.service.latest("t1", "c1").counted
    assert counted is not None and (counted.matched, counted.will_get) == (118, 92)
    assert counted.excluded == {"no_consent": 2, "duplicate_address": 24}


def test_newer_preflight_is_the_latest_and_keeps_apart_from_parts_of_the_older() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    older = list(desk.queue.waiting)
    desk.clock.advance(5)
    desk.service.run("t1", "c1")
    desk.work_off(older)
    assert desk.service.latest("t1", "c1").status is PreflightStatus.RUNNING


def test_count_of_an_expired_job_is_nothing_to_do() -> None:
    assert Desk().counter.count(CountTask("t1", "c1", "gone", 0), 0)


def test_job_that_never_ends_is_given_up() -> None:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    desk.service.run("t1", "c1")
    desk.clock.advance(GIVES_UP_AFTER_MS / 1000 + 1)
    assert desk.service.latest("t1", "c1").status is PreflightStatus.FAILED


def test_selected_members_are_counted_at_once_in_a_tenant_of_any_size() -> None:
    desk = Desk(at_once=10)
    crowd(desk)
    chosen = Target({"member_ids": ["m001", "m002", "quiet-1", "gone"]})
    desk.campaign(target_type=TargetType.SELECTED, target=chosen)
    counted = desk.service.run("t1", "c1").counted
    assert counted is not None
    assert (counted.matched, counted.will_get, counted.excluded) == (3, 2, {"no_consent": 1})


def test_shares_of_an_address_all_get_it_where_the_campaign_says_so() -> None:
    desk = Desk()
    crowd(desk)
    desk.campaign(**YOGA, one_per_address=False)
    counted = desk.service.run("t1", "c1").counted
    assert counted is not None and (counted.will_get, counted.excluded) == (96, {"no_consent": 2})


def test_edit_makes_the_result_an_old_one() -> None:
    desk = Desk()
    desk.add("anna")
    campaign = desk.campaign()
    assert desk.service.run("t1", "c1").is_current
    desk.campaigns.save(CampaignChange(campaign, content=Content(subject="Anders", html=HTML)))
    assert not desk.service.latest("t1", "c1").is_current


def test_faults_of_content_and_sender_are_found() -> None:
    desk = Desk()
    desk.add("anna")
    desk.campaign(Content(subject="", html="<p>{{ nobody }}</p>"), sender="hi@elsewhere.de")
    assert {("sender", "error"), ("unknown_variable", "error"), ("missing_unsubscribe", "error")} <= codes(desk)


def test_required_variable_without_value_counts_its_members() -> None:
    desk = Desk()
    desk.add("anna", attributes={"club": "Nord"})
    desk.add("ben", "cleo")
    declared = {"club": {"type": "string", "required": True}}
    body = HTML + "{{ club }}"
    desk.templates.create(CampaignTemplate("tpl", "t1", "T", body_template=body, variables_json=declared))
    desk.campaign(Content(subject="Hallo"), template_id="tpl")
    found = {one.code: one.message for one in desk.service.run("t1", "c1").findings}
    assert found["missing_value"] == "2 members have no value for the variable 'club'"


def test_missing_template_is_a_finding_and_the_count_is_there() -> None:
    desk = Desk()
    desk.add("anna")
    desk.campaign(template_id="gone")
    report = desk.service.run("t1", "c1")
    assert ("content", "template_id") in {(one.code, one.field) for one in report.findings}
    assert report.counted is not None and report.counted.will_get == 1


def test_nobody_to_send_to_is_an_error() -> None:
    desk = Desk()
    desk.campaign()
    assert ("empty_audience", "error") in codes(desk)


def test_quota_is_spread_over_days() -> None:
    desk = Desk(rate=SendRate(per_second=10, daily_quota=3, sent_last_day=1))
    desk.add("anna", "ben", "cleo", "dora")
    desk.campaign()
    takes = desk.service.run("t1", "c1").duration
    assert takes is not None and [one.messages for one in takes.days] == [2, 2]


@pytest.mark.parametrize(
    "rate",
    [SendRate(per_second=10, daily_quota=100, sent_last_day=0, sending_enabled=False), SendRate(0, 0, 0)],
)
def test_account_that_may_not_send_is_an_error(rate: SendRate) -> None:
    desk = Desk(rate=rate)
    desk.add("anna")
    desk.campaign()
    report = desk.service.run("t1", "c1")
    assert report.duration is None and report.findings[0].code == "sending_disabled"


def test_silent_provider_leaves_the_rest_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> SendRate:
        raise TransientError("busy")

    desk = Desk()
    monkeypatch.setattr(desk.quota, "current", silent)
    desk.add("anna")
    desk.campaign()
    report = desk.service.run("t1", "c1")
    assert report.counted is not None and report.duration is None
    assert [(one.code, one.severity) for one in report.findings] == [("send_rate_unknown", "warning")]


def test_provider_is_asked_for_its_rate_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, asked = Desk(), []

    def current() -> SendRate:
        asked.append(1)
        return SendRate(per_second=10, daily_quota=100, sent_last_day=0)

    monkeypatch.setattr(desk.quota, "current", current)
    desk.add("anna")
    desk.campaign()
    for _ in range(3):
        desk.service.run("t1", "c1")
    assert len(asked) == 1


def test_another_tenants_campaign_is_not_found() -> None:
    desk = Desk()
    desk.campaign()
    with pytest.raises(NotFoundError):
        desk.service.run("t2", "c1")
    with pytest.raises(NotFoundError):
        desk.service.latest("t2", "c1")
    with pytest.raises(NotFoundError):
        desk.service.latest("t1", "c1")


@pytest.mark.parametrize("number", [0, 1, 3, 7])
def test_shard_count_survives_its_rest(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(preflight_job, "HASHES_PER_PIECE", 3)
    shared = {2**64 - 1 - one for one in range(number)}
    progress = ShardCount(AudienceCount(9, 1, 8, shared, {"no_consent": 1}, {"club": 2}), "m5", True)
    assert ShardCount.from_pieces(progress.pieces()) == progress
