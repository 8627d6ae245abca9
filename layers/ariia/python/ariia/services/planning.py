"""Planning: the audience is read shard by shard and written into batches, a page per transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ariia.domain.batch import MAX_ENTRIES, PlanCursor, ReleaseCursor
from ariia.domain.campaign import Campaign, CampaignStatus, Target
from ariia.domain.errors import TransientError
from ariia.domain.lane_plan import is_by_zone, lanes_by_zone, single_lane
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger import Ledger, Page, Partition
from ariia.ports.members import MemberScan
from ariia.ports.sending import SendRates

from .broadcast_quota import BroadcastQuota
from .page_facts import PageFactsReader
from .planning_shard import ShardPlanner
from .reopening import ShardReopener
from .runs import CampaignRuns
from .sending_rules import CampaignRules
from .targets import Targets, audience_of

PLANNED, MORE, STOP = "planned", "more", "stop"
_TRIES = 8


@dataclass(frozen=True)
class PlanProgress:
    """How far planning came: `planned`, `more` with the shards that are left, or `stop` (not our campaign any more)."""

    outcome: str
    shards: list[int] = field(default_factory=list)


class AudiencePlanner:
    """Plans (or, on a retry, reopens) the audience of a campaign. Any call may be killed and made again."""

    def __init__(
        self,
        campaigns: CampaignStore,
        members: MemberScan,
        ledger: Ledger,
        rates: SendRates,
        runs: CampaignRuns,
        clock: Clock,
        shards: int,
        broadcasts: BroadcastQuota,
        targets: Targets,
        facts: PageFactsReader,
        rules: CampaignRules,
    ) -> None:
        self._targets, self._facts, self._rules = targets, facts, rules
        self._campaigns, self._members, self._ledger, self._rates = campaigns, members, ledger, rates
        self._runs, self._clock, self._shards, self._broadcasts = runs, clock, shards, broadcasts

    def plan(self, tenant_id: str, campaign_id: str, epoch: int, deadline: int) -> PlanProgress:
        """Takes charge and plans shard after shard until `deadline` (epoch ms): one call does for a small tenant."""
        campaign = self._runs.take_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            return PlanProgress(STOP)
        if campaign.planned_at is None:
            self._broadcasts.settle(campaign)
        if not _has_work(campaign):
            return PlanProgress(PLANNED)
        prepared = self._prepare(campaign)
        if prepared is None:
            return PlanProgress(STOP)
        shards = list(range(prepared.shards))
        while shards and self._clock.now() < deadline:
            if self._work(prepared, shards[0], deadline):
                shards.pop(0)
        return PlanProgress(MORE if shards else PLANNED, shards)

    def plan_shard(self, tenant_id: str, campaign_id: str, epoch: int, shard: int, deadline: int) -> PlanProgress:
        """Plans one shard until `deadline` (epoch ms)."""
        campaign = self._runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            return PlanProgress(STOP)
        if not _has_work(campaign):
            return PlanProgress(PLANNED)
        done = self._work(campaign, shard, deadline)
        return PlanProgress(PLANNED if done else MORE, [] if done else [shard])

    def freeze(self, tenant_id: str, campaign_id: str, epoch: int) -> PlanProgress:
        """Ends planning: from here on the audience stands and `targeted` is known."""
        campaign = self._runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            return PlanProgress(STOP)
        if campaign.planned_at and campaign.reopen_epoch is None:
            return PlanProgress(PLANNED)
        if campaign.planned_at:
            self._reset_release(campaign)
        frozen = self._runs.change(campaign, self._reopened if campaign.planned_at else self._audience(campaign))
        return PlanProgress(PLANNED if frozen else STOP)

    def _reopened(self, fresh: Campaign) -> None:
        fresh.reopen_epoch = None

    def _audience(self, campaign: Campaign) -> Callable[[Campaign], None]:
        """Notes the whole audience, and its lanes where they depend on who is in it."""
        cursors, now = self._close_shards(campaign), self._clock.now()
        targeted = sum(cursor.planned + sum(cursor.excluded.values()) for cursor in cursors)
        zones: dict[str, str] = {}
        for lane, zone in (pair for cursor in cursors for pair in cursor.zones.items()):
            zones[lane] = min(zone, zones.get(lane, zone))

        def apply(fresh: Campaign) -> None:
            fresh.targeted, fresh.planned_at, fresh.reopen_epoch = targeted, now, None
            if zones:
                fresh.waves, fresh.lanes = lanes_by_zone(fresh, zones)

        return apply

    def _work(self, campaign: Campaign, shard: int, deadline: int) -> bool:
        partition = Partition(campaign.tenant_id, campaign.id, shard)
        if campaign.planned_at:
            return ShardReopener(self._ledger, self._clock).run(campaign, partition, deadline)
        audience = audience_of(campaign, self._target(campaign), campaign.audience_at or campaign.run_began_at)
        planner = ShardPlanner(campaign, audience, self._facts, self._members, self._ledger, self._clock)
        return planner.run(partition, deadline)

    def _target(self, campaign: Campaign) -> Target:
        return self._campaigns.target(campaign.tenant_id, campaign.id, campaign.approved_hash or "")

    def _prepare(self, campaign: Campaign) -> Campaign | None:
        if campaign.batch_size:
            return campaign
        missing = self._targets.missing_lists(campaign, self._target(campaign))
        if missing:
            self._runs.fail(campaign, f"the segment {missing[0]} was deleted: its list is gone")
            return None
        rate = self._rates.rate(campaign.channel)
        size = min(MAX_ENTRIES, max(1, int(rate.per_second))) if rate else MAX_ENTRIES
        rules, now = self._rules.current(campaign.tenant_id), self._clock.now()

        def apply(fresh: Campaign) -> None:
            fresh.shards, fresh.batch_size, fresh.rules, fresh.audience_at = self._shards, size, rules, now
            if not is_by_zone(fresh):
                fresh.waves, fresh.lanes = single_lane(fresh)

        return self._runs.change(campaign, apply)

    def _close_shards(self, campaign: Campaign) -> list[PlanCursor]:
        # A planner of an earlier, cancelled run may still hold a page: closing each cursor makes its commit fail.
        return [self._closed(Partition(campaign.tenant_id, campaign.id, shard)) for shard in range(campaign.shards)]

    def _closed(self, partition: Partition) -> PlanCursor:
        for _ in range(_TRIES):
            cursor = self._ledger.plan_cursor(partition)
            if cursor.done:
                return cursor
            cursor.after, cursor.done, cursor.version = None, True, cursor.version + 1
            if self._ledger.commit_page(Page(partition, cursor)):
                return cursor
        raise TransientError(f"shard {partition.shard} is still being planned")

    def _reset_release(self, campaign: Campaign) -> None:
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        lanes = [lane.id for lane in campaign.lanes]
        cursors = self._ledger.release_cursors(partitions, lanes)
        stored = {(one, lane): cursors[one.shard, lane] for one in partitions for lane in lanes}
        # What the run before queued may still be claimed.
        fresh = {
            place: ReleaseCursor(announced=cursor.announced, version=cursor.version + 1)
            for place, cursor in stored.items()
        }
        if len(self._ledger.save_release_cursors(fresh)) < len(fresh):
            raise TransientError("a round of an earlier run still releases")


def _has_work(campaign: Campaign) -> bool:
    if campaign.status is CampaignStatus.CANCELLED:
        return False
    return campaign.planned_at is None or campaign.reopen_epoch is not None
