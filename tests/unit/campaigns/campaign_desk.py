"""Everything around campaigns and templates, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ariia.domain.audience.counting import AudienceCount
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.senders import parse_from
from ariia.domain.tenants.plan import Feature, Plan
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.ports.campaigns import CampaignStore
from ariia.ports.ledger.sending import SendRate
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.drafts import CampaignDrafts
from ariia.services.campaigns.editing import CampaignEditing
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.reading import CampaignDetails, Campaigns
from ariia.services.campaigns.review import CampaignReview
from ariia.services.campaigns.scheduling import CampaignScheduling
from ariia.services.campaigns.targets import Targets
from ariia.services.content.checks import ContentChecks
from ariia.services.content.templates import Templates
from ariia.services.content.thumbnails import Thumbnails
from ariia.services.next_steps import CampaignActions
from ariia.services.preflight.gate import PreflightGate
from ariia.services.preflight.outlook import SendOutlook
from ariia.services.preflight.preflight import Preflights
from ariia.services.release.control import CampaignSending
from ariia.services.release.in_flight import InFlightCount
from ariia.services.release.stopping import CampaignStopping
from ariia.services.statistics.figures import CampaignStatistics
from ariia.services.tenants.quotas import Quotas
from tests.builders import segment_uses
from tests.doubles.campaign_runs import MemoryExecutions
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.ledger import MemoryLedger
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.rendering import DirectRendering
from tests.doubles.schedules import MemorySchedules
from tests.doubles.secrets import MemorySigningKeys
from tests.doubles.segments import MemorySegments
from tests.doubles.sending import FixedQuota, MemorySendRates
from tests.doubles.series import MemorySeries
from tests.doubles.shard_work import MemoryShardWork
from tests.doubles.statistics import MemoryStatistics
from tests.doubles.templates import MemoryTemplates
from tests.doubles.tenants import MemoryTenants

UNSUBSCRIBE = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
HTML = f"<p>Hello {{{{ member.first_name|default('you') }}}}</p>{UNSUBSCRIBE}"


class VerifiedDomains:
    """A SenderDirectory of fixed domains per tenant."""

    def __init__(self, domains: Iterable[tuple[str, str]] = ()) -> None:
        self.domains = set(domains)

    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        return (tenant_id, parse_from(from_address).domain) in self.domains


class Audience:
    """Counts nobody: says what it was told; None = too many to be counted at once."""

    def __init__(self) -> None:
        self.found: AudienceCount | None = AudienceCount(matched=1, alone=1)

    def count(self, *_: Any) -> AudienceCount | None:
        return self.found


class Desk:
    """A tenant `gym` with a verified domain, and another one, `club`."""

    def __init__(self, trial: Any = None, store: CampaignStore | None = None, quota_store: Any = None) -> None:
        self.clock, self.ids = ManualClock(), CountingIds("c")
        self.store: Any = store or MemoryCampaigns()
        self.template_store, self.tenants, self.ledger = MemoryTemplates(), MemoryTenants(), MemoryLedger()
        self.senders, self.runs = VerifiedDomains([("gym", "gym.de"), ("club", "club.de")]), MemoryExecutions()
        checks = ContentChecks(trial or DirectRendering())
        channels = frozenset({Channel.EMAIL})
        contents = self.contents = CampaignContents(self.template_store, self.tenants, self.senders, checks)
        existing = {
            Feature.TEMPLATES: lambda tenant, most: [t.id for t in self.template_store.page(tenant, most, None)]
        }
        self.quotas = Quotas(quota_store or MemoryQuotas(), self.tenants, self.clock, existing)
        self.segments = MemorySegments()
        targets = self.targets = Targets(self.segments, self.store)
        series = MemorySeries(MemoryCampaigns())
        self.holds = SegmentHolds(MemoryJobs(), segment_uses(self.store, series), self.clock, CountingIds("h"))
        self.broadcasts = broadcasts = BroadcastQuota(self.quotas)
        self.campaigns = Campaigns(self.store)
        self.audience: Any = Audience()
        self.account = FixedQuota(SendRate(per_second=14, daily_quota=50_000, sent_last_day=0))
        self.drafts = CampaignDrafts(contents, targets, channels)
        self.campaign_editing = CampaignEditing(self.store, self.drafts, self.clock, self.ids, broadcasts)
        gate = self.gate = PreflightGate(self._preflights())
        self.campaign_review = CampaignReview(self.store, Freezer(contents, targets, self.holds), gate, self.clock)
        self.counters = MemoryStatistics()
        self.statistics = CampaignStatistics(self.counters)
        self.campaign_sending = CampaignSending(
            self.store,
            self.runs,
            contents,
            targets,
            self.clock,
            broadcasts,
            self.statistics,
            gate,
        )
        self.campaign_stopping = CampaignStopping(
            self.store, self.runs, InFlightCount(self.ledger), self.clock, broadcasts
        )
        self.campaign_actions = CampaignActions(targets, self.clock)
        self.schedules = MemorySchedules()
        self.campaign_scheduling = CampaignScheduling(self.store, self.schedules, targets, gate, broadcasts, self.clock)
        self.thumbnails = Thumbnails(MemorySigningKeys(), self.template_store, "https://x.example")
        self.templates = Templates(
            self.template_store,
            self.tenants,
            checks,
            self.clock,
            CountingIds("t"),
            channels,
            self.quotas,
            DirectRendering(),
        )
        self.tenants.create(Tenant("gym", "Gym Nord", Plan.ENTERPRISE, default_sender="Gym <news@gym.de>"))
        self.tenants.create(
            Tenant("club", "Club", Plan.ENTERPRISE, settings=TenantSettings(track_opens=False, one_per_address=False))
        )

    def _preflights(self) -> Preflights:
        outlook = SendOutlook(self.broadcasts, MemorySendRates(), self.account, self.clock, 0.10)
        return Preflights(
            campaigns=self.campaigns,
            contents=self.contents,
            counter=self.audience,
            targets=self.targets,
            jobs=MemoryJobs(),
            work=MemoryShardWork(),
            outlook=outlook,
            clock=self.clock,
            ids=CountingIds("p"),
            shards=4,
        )

    def draft(self, **fields: Any) -> CampaignDetails:
        """A draft that is ready to be submitted."""
        complete = {"name": "Spring", "content_subject": "Hi", "content_html": HTML} | fields
        return self.campaign_editing.create("gym", "anna", complete).entity

    def submitted(self, **fields: Any) -> Campaign:
        """A campaign under review."""
        return self.campaign_review.submit("gym", self.draft(**fields).campaign.id, "anna").campaign

    def approved(self, **fields: Any) -> Campaign:
        """An approved campaign."""
        campaign = self.submitted(**fields)
        return self.campaign_review.approve("gym", campaign.id, "ben", campaign.submitted_hash or "")

    def sending(self) -> Campaign:
        """A campaign whose run is in charge."""
        return self.campaign_sending.send("gym", self.approved().id, "ben")

    def stored(self, campaign: Campaign) -> Campaign:
        """The campaign as it rests now."""
        return self.campaigns.get(campaign.tenant_id, campaign.id)
