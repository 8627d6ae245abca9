"""Known-wrong ways to send at a time. Each must be caught."""

from __future__ import annotations

from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.services.campaigns import firing
from ariia.services.campaigns import scheduling as campaign_scheduling

from .world import ScheduleParts

_HALF_AN_HOUR_MS = 30 * 60_000
_arrange = campaign_scheduling.arrange


def _early(schedules: Any, campaign: Campaign, at: int) -> None:
    _arrange(schedules, campaign, at - _HALF_AN_HOUR_MS)


class AnyScheduleMayFire(ScheduleParts):
    """Whatever fires starts the campaign, scheduled (still) or not."""

    violates = "went out after it was unscheduled"
    patches = ((firing, "_waits_for", lambda campaign, schedule_epoch: campaign.epoch == 0),)


class NobodyLooksWhetherItFired(ScheduleParts):
    """A schedule that never fires is not missed."""

    violates = "it is scheduled for ever"
    patches = ((campaign_scheduling, "check_of", lambda campaign, at: None),)


class HoweverLateItIsSent(ScheduleParts):
    """The misfire policy is not asked."""

    violates = "minutes late, and was not to"
    patches = ((Misfire, "judge", lambda misfire, due, now: MisfirePolicy.SEND),)


class FiresInAnotherZone(ScheduleParts):
    """The local time is read in a zone half an hour ahead."""

    violates = "before its time"
    patches = ((campaign_scheduling, "arrange", _early),)


class _KeepsTheUnit(firing.CampaignFiring):
    def fire(self, tenant_id: str, campaign_id: str, schedule_epoch: int) -> int | None:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign is None or not firing._waits_for(campaign, schedule_epoch):
            return None
        return super().fire(tenant_id, campaign_id, schedule_epoch)


class UnitsOfTheUnscheduledAreLost(ScheduleParts):
    """Whoever dies between unscheduling and giving back leaves a broadcast of the plan reserved."""

    violates = "and 1 reserved"
    firing = _KeepsTheUnit


MUTANTS: tuple[type[ScheduleParts], ...] = (
    AnyScheduleMayFire,
    NobodyLooksWhetherItFired,
    HoweverLateItIsSent,
    FiresInAnotherZone,
    UnitsOfTheUnscheduledAreLost,
)
