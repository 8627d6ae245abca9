"""Planning: the audience is read shard by shard and written into batches, a page per transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.variables.declarations import required_of_members
from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import MAX_ENTRIES, PlanCursor, ReleaseCursor
from ariia.domain.ledger.dispatch import ACCEPTED_MISSING, ONLY
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.domain.planning.lane_plan import is_by_zone, lanes_by_zone, single_lane
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Ledger, Partition, PlanPage
from ariia.ports.ledger.sending import SendRates
from ariia.ports.members.members import MemberScan
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import SYSTEM, CampaignRuns
from ariia.services.campaigns.targets import Targets, audience_of
from ariia.services.planning.reopening import ShardReopener
from ariia.services.planning.shard import ShardPlanner

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
        ending: RunEnding,
    ) -> None:
        self._ending = ending
        self._targets, self._facts, self._rules = targets, facts, rules
        self._campaigns, self._members, self._ledger, self._rates = campaigns, members, ledger, rates
        self._runs, self._clock, self._shards, self._broadcasts = runs, clock, shards, broadcasts

    def plan(self, tenant_id: str, campaign_id: str, epoch: int, deadline: int) -> PlanProgress:
        """Takes charge and plans shard after shard until `deadline` (epoch ms): one call does for a small tenant."""
        campaign = self._runs.take_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            self._ending.repeat(tenant_id, campaign_id, epoch)
            return PlanProgress(STOP)
        self._account(campaign)
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

    def fail(self, campaign: Campaign, reason: str) -> None:
        """Ends a run whose audience can't be planned, now or later."""
        self._runs.fail(campaign, reason)
        self._ending.repeat(campaign.tenant_id, campaign.id, campaign.epoch)

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
        self._reset_release(campaign)
        frozen = self._runs.change(campaign, self._reopened if campaign.planned_at else self._audience(campaign))
        return PlanProgress(PLANNED if frozen else STOP)

    def _account(self, campaign: Campaign) -> None:
        """Its run has begun: the plan's unit is used. Was it cancelled before this, the unit goes back again."""
        if campaign.status is CampaignStatus.SENDING:
            self._broadcasts.settle(campaign)
        fresh = self._runs.in_charge(campaign.tenant_id, campaign.id, campaign.epoch)
        if fresh is not None:
            self._broadcasts.give_back(fresh)

    def _reopened(self, fresh: Campaign) -> None:
        fresh.reopen_epoch = None

    def _audience(self, campaign: Campaign) -> Callable[[Campaign], Move | None]:
        """Notes the whole audience, and its lanes where they depend on who is in it. Who would be sent something that
        is not complete pauses it before anything leaves."""
        cursors, now = self._close_shards(campaign), self._clock.now()
        targeted = sum(cursor.planned + sum(cursor.excluded.values()) for cursor in cursors)
        zones: dict[str, str] = {}
        for lane, zone in (pair for cursor in cursors for pair in cursor.zones.items()):
            zones[lane] = min(zone, zones.get(lane, zone))

        def apply(fresh: Campaign) -> Move | None:
            fresh.targeted, fresh.planned_at, fresh.reopen_epoch = targeted, now, None
            if zones:
                fresh.waves, fresh.lanes = lanes_by_zone(fresh, zones)
            words = _incomplete(fresh, cursors)
            if words is None or not fresh.is_sendable:
                return None
            return fresh.pause(by=SYSTEM, at=now, reason=words, cause=PauseCause.CONTENT)

        return apply

    def _work(self, campaign: Campaign, shard: int, deadline: int) -> bool:
        partition = Partition(campaign.tenant_id, campaign.id, shard)
        if campaign.planned_at:
            return ShardReopener(self._ledger, self._clock).run(campaign, partition, deadline)
        audience = audience_of(campaign, self._target(campaign), campaign.audience_at or campaign.run_began_at)
        content = self._campaigns.message(campaign.tenant_id, campaign.messages[ONLY])
        required = required_of_members(content.variables, content.values)
        planner = ShardPlanner(campaign, audience, required, self._facts, self._members, self._ledger, self._clock)
        return planner.run(partition, deadline)

    def _target(self, campaign: Campaign) -> Target:
        return self._campaigns.target(campaign.tenant_id, campaign.id, campaign.approved_hash or "")

    def _prepare(self, campaign: Campaign) -> Campaign | None:
        if campaign.batch_size:
            return campaign
        missing = self._targets.missing_lists(campaign, self._target(campaign))
        if missing:
            self.fail(campaign, f"the segment {missing[0]} was deleted: its list is gone")
            return None
        rate = self._rates.rate(campaign.channel)
        size = min(MAX_ENTRIES, max(1, int(rate.per_second))) if rate else MAX_ENTRIES
        rules, now = self._rules.current(campaign.tenant_id), self._clock.now()

        def apply(fresh: Campaign) -> None:
            # Later than that of an audience that was given up, whatever the clock says.
            fresh.audience_at = max(now, (fresh.audience_at or 0) + 1)
            fresh.shards, fresh.batch_size, fresh.rules = self._shards, size, rules
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
            if self._ledger.commit_page(PlanPage(partition, cursor)):
                return cursor
        raise TransientError(f"shard {partition.shard} is still being planned")

    def _reset_release(self, campaign: Campaign) -> None:
        """Release begins at the first batch again. An audience that is evaluated anew may have been released before,
        when nobody was in it."""
        partitions = [Partition(campaign.tenant_id, campaign.id, shard) for shard in range(campaign.shards)]
        lanes = [lane.id for lane in campaign.lanes]
        cursors = self._ledger.release_cursors(partitions, lanes)
        stored = {(one, lane): cursors[one.shard, lane] for one in partitions for lane in lanes}
        # What the run before queued may still be claimed.
        fresh = {
            place: ReleaseCursor(announced=cursor.announced, version=cursor.version + 1)
            for place, cursor in stored.items()
            if campaign.planned_at or cursor.version
        }
        if len(self._ledger.save_release_cursors(fresh)) < len(fresh):
            raise TransientError("a round of an earlier run still releases")


def _incomplete(campaign: Campaign, cursors: Sequence[PlanCursor]) -> str | None:
    """What members lack for their message, in words; None when that is nothing, or was accepted."""
    counts: Counter[str] = Counter()
    for cursor in cursors:
        counts.update(cursor.missing)
    if not counts or ACCEPTED_MISSING in campaign.despite:
        return None
    placed = sum(cursor.planned for cursor in cursors)
    found = [f"{count} of {placed} members have no value for '{name}'" for name, count in sorted(counts.items())]
    return "; ".join(found)


def _has_work(campaign: Campaign) -> bool:
    if campaign.status is CampaignStatus.CANCELLED:
        return False
    return campaign.planned_at is None or campaign.reopen_epoch is not None
