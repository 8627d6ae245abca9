"""A tenant's back office in front of the whole engine: drafted, judged, approved, sent, and the runs that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.statistics.counts import batch_counts
from ariia.domain.tenants.plan import Feature
from ariia.services.audience.counting import AudienceCounter, ShardCounter
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.drafts import CampaignDrafts
from ariia.services.campaigns.editing import CampaignEditing
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.reading import Campaigns
from ariia.services.campaigns.review import CampaignReview
from ariia.services.campaigns.scheduling import CampaignScheduling
from ariia.services.campaigns.targets import Targets
from ariia.services.content.checks import ContentChecks
from ariia.services.next_steps import CampaignActions
from ariia.services.preflight.gate import PreflightGate
from ariia.services.preflight.outlook import SendOutlook
from ariia.services.preflight.preflight import Preflights
from ariia.services.release.control import CampaignSending
from ariia.services.release.in_flight import InFlightCount
from ariia.services.release.stopping import CampaignStopping
from ariia.services.statistics.figures import CampaignStatistics
from ariia.services.tenants.quotas import FeatureUse
from tests.builders import TENANT, any_member, segment_uses
from tests.doubles.campaign_runs import MemoryExecutions
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.rendering import DirectRendering
from tests.doubles.schedules import MemorySchedules
from tests.doubles.series import MemorySeries
from tests.doubles.shard_work import MemoryShardWork
from tests.doubles.templates import MemoryTemplates
from tests.unit.campaigns.campaign_desk import HTML, VerifiedDomains
from tests.world import World


class Recount:
    """Counters that are never behind: read off the ledger."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, campaign_key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        """See StatisticsStore."""
        counts: Counter[tuple[str, str]] = Counter()
        for partition, rows in self._world.ledger.batches.items():
            for batch in rows.values() if partition.startswith(f"{campaign_key}#") else ():
                counts.update(batch_counts(batch.key.lane, batch.entries))
        return {key: count for key, count in counts.items() if count and key[0].startswith(groups)}


class SendingDesk:
    """The tenant `studio` with so many members, sending as `studio.example`."""

    def __init__(self, members: int = 30, *, at_once: int = 20_000, rate: float = 500.0) -> None:
        self.world = world = World(rate=rate)
        self.clock = world.clock
        tenant = world.tenants.get(TENANT)
        assert tenant is not None
        tenant.default_sender = "Studio <news@studio.example>"
        assert world.tenants.save(tenant)
        world.add(*[any_member(f"m{number:03d}") for number in range(members)])
        self.templates, self.runs, self.work = MemoryTemplates(), MemoryExecutions(), MemoryShardWork()
        self.senders = VerifiedDomains([(TENANT, "studio.example")])
        contents = CampaignContents(self.templates, world.tenants, self.senders, ContentChecks(DirectRendering()))
        targets, broadcasts = Targets(world.segments, world.campaigns), BroadcastQuota(world.quotas)
        drafts = CampaignDrafts(contents, targets, frozenset({Channel.EMAIL}))
        ids, store = CountingIds("c"), world.campaigns
        self.campaigns = Campaigns(store)
        self.preflights = self._preflights(contents, targets, at_once)
        gate, self.statistics = PreflightGate(self.preflights), CampaignStatistics(Recount(world))  # type: ignore[arg-type]
        holds = SegmentHolds(
            MemoryJobs(), segment_uses(store, MemorySeries(MemoryCampaigns())), self.clock, CountingIds("h")
        )
        self.editing = CampaignEditing(store, drafts, self.clock, ids, broadcasts)
        self.review = CampaignReview(store, Freezer(contents, targets, holds), gate, self.clock)
        self.sending = CampaignSending(
            store, self.runs, contents, targets, self.clock, broadcasts, self.statistics, gate
        )
        self.stopping = CampaignStopping(store, self.runs, InFlightCount(world.ledger), self.clock, broadcasts)
        self.actions = CampaignActions(targets, self.clock)
        self.schedules = MemorySchedules()
        self.scheduling = CampaignScheduling(store, self.schedules, targets, gate, broadcasts, self.clock)

    def _preflights(self, contents: CampaignContents, targets: Targets, at_once: int) -> Preflights:
        world, jobs = self.world, MemoryJobs()
        facts = PageFactsReader(world.campaigns, world.ledger, world.lists, world.engagement, self.clock, world.shards)
        self.shard_counter = ShardCounter(world.members, facts, jobs, self.clock)
        return Preflights(
            campaigns=self.campaigns,
            contents=contents,
            counter=AudienceCounter(world.members, facts, self.clock, world.shards, at_once),
            targets=targets,
            jobs=jobs,
            work=self.work,
            outlook=SendOutlook(BroadcastQuota(world.quotas), world.rates, world.quota, self.clock, 0.10),
            clock=self.clock,
            ids=CountingIds("p"),
            shards=world.shards,
        )

    def count_shards(self) -> None:
        """What the invocations of count_audience do."""
        for task in self.work.waiting:
            assert self.shard_counter.count(task, self.clock.now() + 60_000)

    def draft(self, **fields: Any) -> Campaign:
        complete = {"name": "Spring", "content_subject": "Hi", "content_html": HTML} | fields
        return self.editing.create(TENANT, "anna", complete).entity.campaign

    def approve(self, campaign: Campaign, despite: tuple[str, ...] = ()) -> Campaign:
        """Submitted and approved as it stands."""
        submitted = self.review.submit(TENANT, campaign.id, "anna", None, despite).campaign
        return self.review.approve(TENANT, campaign.id, "ben", submitted.submitted_hash or "")

    def send(self, campaign: Campaign, despite: tuple[str, ...] = ()) -> Campaign:
        return self.sending.send(TENANT, campaign.id, "ben", None, despite)

    def run(self, campaign: Campaign) -> Campaign:
        """The run that was started last, to its end; the campaign as it stands then."""
        epoch = self.runs.started[-1][2]
        self.world.plan(campaign, epoch)
        self.world.loop(campaign, epoch)
        return self.stored(campaign)

    def sent(self, despite: tuple[str, ...] = (), **fields: Any) -> Campaign:
        """Drafted, approved and sent, to the end of its run."""
        return self.run(self.send(self.approve(self.draft(**fields), despite), despite))

    def edit(self, campaign: Campaign, **fields: Any) -> Campaign:
        version = self.stored(campaign).version
        return self.editing.change(TENANT, campaign.id, "anna", fields, version).campaign

    def stored(self, campaign: Campaign) -> Campaign:
        return self.campaigns.get(TENANT, campaign.id)

    def open_actions(self, campaign: Campaign) -> list[str]:
        fresh = self.stored(campaign)
        return [one.name for one in self.actions.of(fresh, self.statistics.totals(fresh))]

    def broadcasts(self) -> tuple[int, int]:
        """(used, reserved) of the plan."""
        use: FeatureUse = next(
            one for one in self.world.quotas.usage(TENANT).features if one.feature is Feature.BROADCASTS
        )
        return use.used, use.reserved

    def account(self, **fields: Any) -> None:
        """What the provider's account says from now on."""
        self.world.quota.answer = replace(self.world.quota.answer, **fields)
        self.clock.advance(61)
