"""Scheduling and unscheduling. The schedule is made before the campaign says so: one that was made for nothing fires
for nothing, as only the schedule of the campaign's own `schedule_epoch` may start a run."""

from __future__ import annotations

from collections.abc import Collection

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import FindingsError, Moment, as_findings
from ariia.domain.campaigns.timing import require_in_time
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.errors import ConflictError, InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore, DueCheck
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.preflight_check import PreflightCheck
from ariia.services.campaigns.reading import Campaigns
from ariia.services.campaigns.targets import Targets

_S = CampaignStatus
# EventBridge Scheduler fires within 60 s; what has not begun so long after its time is looked at.
CHECK_AFTER_MS = 180_000


class CampaignScheduling:
    """approved -> scheduled, and back."""

    def __init__(
        self,
        store: CampaignStore,
        schedules: OneTimeSchedules,
        targets: Targets,
        gate: PreflightCheck,
        broadcasts: BroadcastQuota,
        clock: Clock,
    ) -> None:
        self._targets, self._gate = targets, gate
        self._store, self._schedules = store, schedules
        self._broadcasts, self._clock, self._campaigns = broadcasts, clock, Campaigns(store)

    def schedule(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        version: int | None = None,
        despite: Collection[str] = (),
    ) -> Campaign:
        """The campaign goes out by itself at the time that was approved, and takes one of the broadcasts of the plan in
        that month. ConflictError from any other status, or when the approval is for something else; FindingsError when
        its time has passed, or for errors of the preflight that neither the codes in `despite` nor those at submit
        accept; LimitError; NotFoundError."""
        campaign = self._read(tenant_id, campaign_id, version)
        move = campaign.move(_S.SCHEDULED, action="schedule", by=by, at=self._clock.now())
        if campaign.type not in (CampaignType.SCHEDULED, CampaignType.FOLLOW_UP):
            message = f"a {campaign.type} has no time to be scheduled for; send it, or change its type"
            raise ConflictError(message, about=campaign)
        if not campaign.review.is_approved:
            raise ConflictError("the approval is not for what is to be sent", about=campaign)
        at = self._time_of(campaign)
        campaign.despite = sorted({*campaign.despite, *despite})
        self._gate.require(self._campaigns.submitted(tenant_id, campaign_id), campaign.despite, Moment.SCHEDULE)
        campaign.schedule_epoch = campaign.version + 1
        # In this order: after a crash behind the reservation, the schedule that fires for nothing gives it back.
        arrange(self._schedules, campaign, at)
        self._broadcasts.reserve(campaign, at)
        if not self._store.save(CampaignChange(campaign, moves=[move], check=check_of(campaign, at))):
            self._broadcasts.give_back(self._campaigns.get(tenant_id, campaign_id))
            raise changed_meanwhile()
        return campaign

    def _time_of(self, campaign: Campaign) -> int:
        if campaign.type is CampaignType.SCHEDULED:
            return self._in_time(campaign)
        due = self._targets.due_at(campaign)
        if due is None:
            message = "the campaign that this one follows is still being sent: its time is not known yet"
            raise ConflictError(message, about=campaign)
        if due <= self._clock.now():
            raise ConflictError("this follow-up is due already: send it", about=campaign)
        campaign.follow_up_due_at = due
        return due

    def _in_time(self, campaign: Campaign) -> int:
        try:
            return require_in_time(campaign, self._clock.now())
        except InvalidError as error:
            found = as_findings("time", error)
            raise FindingsError(f"it can't be {Moment.SCHEDULE}: {error.message}", found, about=campaign) from error

    def unschedule(self, tenant_id: str, campaign_id: str, by: str, version: int | None = None) -> Campaign:
        """The campaign stays approved and goes out no more by itself. ConflictError when it is not scheduled, or its
        run was faster."""
        campaign = self._read(tenant_id, campaign_id, version)
        campaign.require(campaign.status is _S.SCHEDULED, "unscheduled")
        name = schedule_name(campaign.id, campaign.schedule_epoch or 0)
        move = campaign.move(_S.APPROVED, action="unschedule", by=by, at=self._clock.now())
        campaign.schedule_epoch = None
        if not self._store.save(CampaignChange(campaign, moves=[move])):
            fresh = self._campaigns.get(tenant_id, campaign_id)
            raise changed_meanwhile() if fresh.status is _S.SCHEDULED else _was_faster(fresh)
        self._broadcasts.give_back(campaign)
        self._schedules.delete(name)
        return campaign

    def _read(self, tenant_id: str, campaign_id: str, version: int | None) -> Campaign:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        require_version(version, campaign.version)
        return campaign


def arrange(schedules: OneTimeSchedules, campaign: Campaign, at: int) -> None:
    """Makes the schedule that fires the campaign's `schedule_epoch` at `at` (epoch ms)."""
    epoch = campaign.schedule_epoch or 0
    payload = {"tenant_id": campaign.tenant_id, "campaign_id": campaign.id, "schedule_epoch": epoch}
    schedules.create(schedule_name(campaign.id, epoch), at, payload)


def check_of(campaign: Campaign, at: int) -> DueCheck:
    """The note that finds the campaign should its schedule for `at` (epoch ms) never fire."""
    return DueCheck(at + CHECK_AFTER_MS, campaign.tenant_id, campaign.id, campaign.schedule_epoch or 0)


def schedule_name(campaign_id: str, epoch: int) -> str:
    """The name of the schedule that was made for `epoch`: one campaign may have been scheduled more than once."""
    return f"{campaign_id}-{epoch}"


def _was_faster(campaign: Campaign) -> ConflictError:
    message = f"the campaign is {campaign.shown_status} by now and can't be unscheduled"
    return ConflictError(message, about=campaign)
