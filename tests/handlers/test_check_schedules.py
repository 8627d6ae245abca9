"""The search for schedules that never fired."""

from __future__ import annotations

import pytest

from ariia.adapters.memory.campaign_runs import MemoryCampaignRuns
from ariia.bootstrap.check_schedules import CheckSchedulesServices
from ariia.domain.campaign import CampaignStatus, CampaignType
from ariia.ports.campaigns import CampaignChange, DueCheck
from ariia.services.firing import ScheduleChecks
from functions.check_schedules import handler as module
from tests.builders import TENANT, any_campaign, any_content, any_target
from tests.handlers.context import LambdaContext
from tests.world import World


def test_what_never_fired_is_started_and_what_is_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world, runs = World(), MemoryCampaignRuns()
    checks = ScheduleChecks(world.campaigns, world.firing, runs, world.clock)
    monkeypatch.setattr(module, "services", lambda: CheckSchedulesServices(checks, world.clock))
    due = world.clock.now() - 1
    campaign = any_campaign(
        type=CampaignType.SCHEDULED, status=CampaignStatus.SCHEDULED, scheduled_at=due, schedule_epoch=1
    )
    for epoch in (1, 7):
        change = CampaignChange(campaign, any_content(), any_target(), check=DueCheck(due, TENANT, campaign.id, epoch))
        assert world.campaigns.create(change) or world.campaigns.save(change)
    module.handler({}, LambdaContext())  # type: ignore[arg-type]
    assert runs.started == [(TENANT, campaign.id, campaign.version)]
    assert world.campaigns.due(world.clock.now(), None, 10) == [DueCheck(due, TENANT, campaign.id, 1)]
