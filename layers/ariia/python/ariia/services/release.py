"""Release and settle: one round of the loop that keeps the channel's queue just ahead of the send rate."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.campaign import Campaign, CampaignStatus
from ariia.ports.clock import Clock

from .lane_release import LaneReleaser
from .release_round import ReleasePolicy, Tally
from .runs import CampaignRuns
from .send_budget import SendBudget
from .settling import BatchSettler

WAIT, END = "wait", "end"
_LONGEST_WAIT = 900


@dataclass(frozen=True)
class Round:
    """What the loop does next. `idle` counts the rounds in a row in which nothing moved."""

    outcome: str
    wait_seconds: int = 0
    idle: int = 0
    released: int = 0
    held: int = 0


class BatchReleaser:
    """Runs the rounds of one campaign: settles what was released, then releases what fits."""

    def __init__(
        self,
        runs: CampaignRuns,
        settler: BatchSettler,
        lanes: LaneReleaser,
        budget: SendBudget,
        clock: Clock,
        policy: ReleasePolicy,
    ) -> None:
        self._runs, self._settler, self._lanes, self._budget = runs, settler, lanes, budget
        self._clock, self._policy = clock, policy

    def round(self, tenant_id: str, campaign_id: str, epoch: int, idle: int = 0) -> Round:
        """One round: settles what was released, releases what fits, and says when to come back."""
        campaign = self._runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is None:
            return Round(END)
        tally = Tally()
        cursors = self._settler.settle(campaign, tally)
        if campaign.is_sendable:
            self._lanes.release(campaign, cursors, self._budget.of(campaign, tally), tally)
        if self._is_over(campaign, tally):
            if campaign.is_sendable:
                self._runs.finish(campaign)
            return Round(END, released=tally.released)
        idle = 0 if tally.released or tally.settled else idle + 1
        return Round(WAIT, self._wait(tally, idle), idle, tally.released, tally.held)

    def _is_over(self, campaign: Campaign, tally: Tally) -> bool:
        if campaign.is_sendable:
            return not tally.unfinished
        last_claim = campaign.updated_at + self._policy.linger_seconds * 1000
        if campaign.status is CampaignStatus.CANCELLED and campaign.lanes and self._clock.now() < last_claim:
            tally.wake_at.append(last_claim)
            return False
        return tally.claimed == 0

    def _wait(self, tally: Tally, idle: int) -> int:
        wait = min(_LONGEST_WAIT, self._policy.round_seconds * (1 << min(idle, 10)))
        if tally.outstanding and not tally.parked:
            wait = min(wait, 6 * self._policy.round_seconds)
        now = self._clock.now()
        nearest = min((max(0, at - now) for at in tally.wake_at), default=wait * 1000)
        return max(self._policy.round_seconds, min(wait, nearest // 1000 + 1))
