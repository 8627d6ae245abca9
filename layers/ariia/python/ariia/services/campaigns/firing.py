"""What happens when a schedule fires, late or twice, and when it never does."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.errors import TransientError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.misfire import MisfirePolicy, late_reason
from ariia.ports.campaigns import CampaignChange, CampaignStore, DueCheck, DueChecks
from ariia.ports.clock import Clock
from ariia.ports.workflows import Executions
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.runs import SYSTEM

_TRIES = 8
_PAGE = 100
_S = CampaignStatus


class CampaignFiring:
    """Decides whether a schedule that fires may start a run."""

    def __init__(self, campaigns: CampaignStore, broadcasts: BroadcastQuota, clock: Clock) -> None:
        self._campaigns, self._broadcasts, self._clock = campaigns, broadcasts, clock

    def fire(self, tenant_id: str, campaign_id: str, schedule_epoch: int) -> int | None:
        """The epoch of the run to be started, the same for everybody who asks; None when there is nothing to start: the
        schedule is not the campaign's (any more), or the campaign is too late and its policy is not to send."""
        for _ in range(_TRIES):
            campaign = self._campaigns.get(tenant_id, campaign_id)
            if campaign is None:
                # The schedule exists but the campaign does not: its creator crashed in between. Release the unit.
                self._broadcasts.give_back_of(tenant_id, campaign_id, self._clock.now())
                return None
            if not _waits_for(campaign, schedule_epoch):
                # Its last change may have crashed before it released the unit; releasing twice is harmless.
                self._broadcasts.give_back(campaign)
                return None
            now, due = self._clock.now(), campaign.scheduled_at or campaign.follow_up_due_at or 0
            verdict = campaign.misfire.judge(due, now)
            if verdict is MisfirePolicy.SEND:
                return campaign.version
            move = _miss(campaign, verdict, late_reason(due, now), now)
            if self._campaigns.save(CampaignChange(campaign, moves=[move])):
                self._broadcasts.give_back(campaign)
                return None
        raise TransientError(f"campaign {campaign_id} changed {_TRIES} times while its schedule fired")


@dataclass
class CheckReport:
    """What one look at the notes came to: notes read, runs started, notes that are settled, notes whose campaign could
    not be looked at."""

    read: int = 0
    started: int = 0
    settled: int = 0
    failed: int = 0


class ScheduleChecks:
    """Finds what should have begun and has not: a schedule deleted by hand, an outage, a run that could not start."""

    def __init__(self, checks: DueChecks, firing: CampaignFiring, runs: Executions, clock: Clock) -> None:
        self._checks, self._firing, self._runs, self._clock = checks, firing, runs, clock

    def check(self, deadline: int) -> CheckReport:
        """Goes through all notes that are due, until `deadline` (epoch ms). A note stays until its campaign is seen to
        have begun, so that this may be killed anywhere. Raises what the last campaign that failed raised, after all the
        others had their turn."""
        report, after, fault = CheckReport(), None, None
        while self._clock.now() < deadline:
            found = self._checks.due(self._clock.now(), after, _PAGE)
            for check in found:
                fault = self._look(check, report) or fault
                after = check
            if len(found) < _PAGE:
                break
        if fault is not None:
            raise fault
        return report

    def _look(self, check: DueCheck, report: CheckReport) -> Exception | None:
        report.read += 1
        try:
            self._bring_on(check, report)
        except Exception as fault:
            report.failed += 1
            return fault
        return None

    def _bring_on(self, check: DueCheck, report: CheckReport) -> None:
        epoch = self._firing.fire(check.tenant_id, check.campaign_id, check.epoch)
        if epoch is None:
            self._checks.drop(check)
            report.settled += 1
        else:
            self._runs.start(check.tenant_id, check.campaign_id, epoch)
            report.started += 1


def _waits_for(campaign: Campaign, schedule_epoch: int) -> bool:
    return campaign.status is _S.SCHEDULED and campaign.schedule_epoch == schedule_epoch


def _miss(campaign: Campaign, verdict: MisfirePolicy, reason: str, now: int) -> Move:
    """`skip` ends it; `ask` gives it back, approved, for somebody to send, move or cancel it."""
    campaign.schedule_epoch = None
    campaign.failure_reason = reason
    after = _S.CANCELLED if verdict is MisfirePolicy.SKIP else _S.APPROVED
    return campaign.move(after, action="misfire", by=SYSTEM, at=now, reason=reason)
