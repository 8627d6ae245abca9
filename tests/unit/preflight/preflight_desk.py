"""A tenant with members and a campaign, and the preflight around them."""

from __future__ import annotations

from typing import Any

from ariia.domain.audience.count_job import CountTask
from ariia.domain.audience.target import Target, TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.content.content import Content
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import SendRate
from ariia.services.audience.counting import AudienceCounter, ShardCounter
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.reading import Campaigns
from ariia.services.campaigns.targets import Targets
from ariia.services.content.checks import ContentChecks
from ariia.services.preflight.outlook import SendOutlook
from ariia.services.preflight.preflight import Preflights
from ariia.services.senders.domains import SenderDomains
from ariia.services.tenants.quotas import Quotas
from tests.builders import any_lifting
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.ledger import MemoryLedger
from tests.doubles.members.engagement import MemoryEngagement
from tests.doubles.members.members import MemoryMembers
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.rendering import DirectRendering
from tests.doubles.segments import MemorySegmentLists, MemorySegments
from tests.doubles.senders import MemorySenders
from tests.doubles.sending import FixedQuota, MemorySendRates
from tests.doubles.ses_identities import MemoryIdentities
from tests.doubles.shard_work import MemoryShardWork
from tests.doubles.templates import MemoryTemplates
from tests.doubles.tenants import MemoryTenants

SHARDS = 4
HTML = '<p>Hallo</p><a href="{{ unsubscribe_url }}">Abmelden</a>'
GRANTED = {"email": Consent(ConsentStatus.GRANTED, "test", 1)}


class Desk:
    """A tenant with a verified domain and a campaign to everyone."""

    def __init__(self, at_once: int = 1_000, rate: SendRate | None = None) -> None:
        self.clock, self.ids, self.jobs, self.queue = (
            ManualClock(),
            CountingIds("job"),
            MemoryJobs(),
            MemoryShardWork(),
        )
        self.members, self.campaigns, self.identities = MemoryMembers(SHARDS), MemoryCampaigns(), MemoryIdentities()
        self.templates, tenants, self.rates = MemoryTemplates(), MemoryTenants(), MemorySendRates()
        tenants.create(Tenant(id="t1", name="Gym", default_sender="hi@gym.de"))
        self.senders = SenderDomains(MemorySenders(), self.identities, any_lifting(), self.clock)
        self.senders.add("t1", "gym.de")
        self.identities.verify("gym.de")
        self.senders.get("t1", "gym.de")
        self.quota = FixedQuota(rate or SendRate(per_second=10, daily_quota=50_000, sent_last_day=0))
        self.segments, self.lists, self.ledger = MemorySegments(), MemorySegmentLists(SHARDS), MemoryLedger()
        self.engagement = MemoryEngagement(self.members)
        facts = PageFactsReader(self.campaigns, self.ledger, self.lists, self.engagement, self.clock, SHARDS)
        self.tenants, self.quotas = tenants, Quotas(MemoryQuotas(), tenants, self.clock)
        self.service = Preflights(
            campaigns=Campaigns(self.campaigns),
            contents=CampaignContents(self.templates, tenants, self.senders, ContentChecks(DirectRendering())),
            counter=AudienceCounter(self.members, facts, self.clock, SHARDS, at_once),
            targets=Targets(self.segments, self.campaigns),
            jobs=self.jobs,
            work=self.queue,
            outlook=SendOutlook(BroadcastQuota(self.quotas), self.rates, self.quota, self.clock, 0.16),
            clock=self.clock,
            ids=self.ids,
            shards=SHARDS,
        )
        self.counter = ShardCounter(self.members, facts, self.jobs, self.clock)

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


def crowd(desk: Desk) -> None:
    desk.add(*[f"m{number:03d}" for number in range(90)], tags=["yoga"])
    desk.add("quiet-1", "quiet-2", consent={}, tags=["yoga"])
    desk.add(*[f"f{number}" for number in range(6)], email="Family@x.de", tags=["yoga"])
    desk.add("other-1", "other-2")


YOGA = {"target_type": TargetType.TAGS, "target": Target({"any": ["yoga"]})}
EXPECTED = (98, 91, {"no_consent": 2, "duplicate_address": 5})
