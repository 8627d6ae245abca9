"""The search for schedules that never fired."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from ariia.bootstrap.check_schedules import CheckSchedulesServices
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, DueCheck
from ariia.services.campaigns.firing import ScheduleChecks
from functions.check_schedules import handler as module
from tests.builders import TENANT, any_campaign, any_content, any_target
from tests.doubles.campaign_runs import MemoryExecutions
from tests.handlers.context import LambdaContext
from tests.unit.series.series_desk import SeriesDesk
from tests.world import World


def test_what_never_fired_is_started_and_what_is_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world, runs = World(), MemoryExecutions()
    checks = ScheduleChecks(world.campaigns, world.firing, runs, world.clock)
    series = SeriesDesk().series_checks
    monkeypatch.setattr(module, "services", lambda: CheckSchedulesServices(checks, series, world.clock))
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


@pytest.mark.parametrize("broken", [False, True])
def test_a_series_that_did_not_wake_up_makes_its_campaign(monkeypatch: pytest.MonkeyPatch, *, broken: bool) -> None:
    desk = SeriesDesk()
    series = desk.series_approved()
    desk.series_schedules.waiting.clear()
    desk.clock.advance(24 * 3_600)
    checks: Any = desk.checks
    if broken:
        checks = type("Broken", (), {"check": lambda self, deadline: 1 / 0})()
    monkeypatch.setattr(module, "services", lambda: CheckSchedulesServices(checks, desk.series_checks, desk.clock))
    with pytest.raises(ZeroDivisionError) if broken else nullcontext():
        module.handler({}, LambdaContext())  # type: ignore[arg-type]
    assert [one.name for one in desk.made(series)] == ["News 2027-01-16"]
