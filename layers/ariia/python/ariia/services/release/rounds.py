"""Release and settle: one round of the loop that keeps the channel's queue just ahead of the send rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.ports.clock import Clock
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.release.budget import SendBudget
from ariia.services.release.gates import Paused, ReleaseGate
from ariia.services.release.lanes import LaneReleaser
from ariia.services.release.parking import Parking
from ariia.services.release.round_state import Cursors, ReleasePolicy, RoundReport
from ariia.services.release.settling import BatchSettler

WAIT, END = "wait", "end"
_LONGEST_WAIT = 900
# Nobody tells us when the account may send again, or that a tenant has taken its quiet hours back: a round costs as
# much as one e-mail.
_PARKED_WAIT, _RULED_WAIT = 60, 300


@dataclass(frozen=True)
class Round:
    """What the loop does next. `idle` counts the rounds in a row in which nothing moved. `paused`: what this very round
    paused the campaign for."""

    outcome: str
    wait_seconds: int = 0
    idle: int = 0
    released: int = 0
    held: int = 0
    paused: Paused | None = None


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
        gates: Sequence[ReleaseGate],
        rules: CampaignRules,
        ending: RunEnding,
    ) -> None:
        self._ending = ending
        self._gates, self._parking, self._rules = gates, Parking(runs, clock), rules
        self._runs, self._settler, self._lanes, self._budget = runs, settler, lanes, budget
        self._clock, self._policy = clock, policy

    def round(self, tenant_id: str, campaign_id: str, epoch: int, idle: int = 0) -> Round:
        """One round: settles what was released, releases what fits, and says when to come back."""
        campaign = self._runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is not None and campaign.is_sendable:
            campaign = self._rules.renewed(campaign)
        if campaign is None:
            self._ending.repeat(tenant_id, campaign_id, epoch)
            return Round(END)
        tally = RoundReport()
        cursors = self._settler.settle(campaign, tally)
        is_open = campaign.is_sendable and not all(one.is_done for one in cursors.values())
        paused = self._release(campaign, cursors, tally) if is_open else None
        if paused is not None:
            # What is claimed is still to be settled: the next rounds find it paused and do that.
            return Round(WAIT, self._policy.round_seconds, 0, 0, tally.held, paused)
        if self._is_over(campaign, tally) and self._ending.end(campaign, went_out=tally.accepted > 0):
            self._budget.leave(campaign)
            return Round(END, released=tally.released)
        self._ending.note(campaign, went_out=tally.accepted > 0, unknown=tally.unknown)
        idle = 0 if tally.released or tally.settled else idle + 1
        return Round(WAIT, self._wait(tally, idle), idle, tally.released, tally.held)

    def _release(self, dispatch: Dispatch, cursors: Cursors, tally: RoundReport) -> Paused | None:
        """Queues what fits; what paused the campaign instead."""
        for gate in self._gates:
            paused = gate.look(dispatch, cursors, tally)
            if paused is not None:
                return paused
        budget = self._budget.of(dispatch, tally)
        if tally.stopped and self._runs.pause(dispatch, tally.stopped, cause=PauseCause.ACCOUNT):
            return Paused(tally.stopped, PauseCause.ACCOUNT)
        self._parking.note(dispatch, tally.parked)
        self._lanes.release(dispatch, cursors, budget, tally)
        return None

    def _is_over(self, campaign: Dispatch, tally: RoundReport) -> bool:
        if campaign.is_sendable:
            return not tally.unfinished
        last_claim = campaign.updated_at + self._policy.linger_seconds * 1000
        if campaign.status is CampaignStatus.CANCELLED and campaign.lanes and self._clock.now() < last_claim:
            tally.wake_at.append(last_claim)
            return False
        return tally.claimed == 0

    def _wait(self, tally: RoundReport, idle: int) -> int:
        wait = min(_LONGEST_WAIT, self._policy.round_seconds * (1 << min(idle, 10)))
        queued = tally.outstanding + tally.released
        if queued and not tally.parked:
            busy = 0 if tally.unreleased else self._policy.wait_for(queued, tally.per_second)
            wait = round(max(busy, min(wait, 6 * self._policy.round_seconds)))
        if tally.parked or tally.ruled:
            wait = min(wait, _PARKED_WAIT if tally.parked else _RULED_WAIT)
        now = self._clock.now()
        nearest = min((max(0, at - now) for at in tally.wake_at), default=wait * 1000)
        return max(self._policy.round_seconds, min(wait, nearest // 1000 + 1))
