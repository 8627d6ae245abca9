"""The two tasks of the state machine campaign_run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ariia.bootstrap.plan_audience import PlanAudienceServices
from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.batch import BATCH_PREFIX, ReleaseCursor
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.ledger.ledger import Partition
from ariia.ports.statistics import Fold
from functions.plan_audience import handler as plan_module
from functions.release_batches import handler as release_module
from tests.builders import TENANT, any_campaign, any_member, any_target
from tests.handlers.context import LambdaContext
from tests.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    world.add(*[any_member(f"m{number:03d}") for number in range(60)])
    services = PlanAudienceServices(world.planner, world.firing, world.runs, world.clock, 240)
    monkeypatch.setattr(plan_module, "services", lambda: services)
    monkeypatch.setattr(release_module, "releaser", lambda: world.releaser)
    return world


def run(campaign: Campaign, epoch: int) -> dict[str, Any]:
    return {"tenant_id": TENANT, "campaign_id": campaign.id, "epoch": epoch}


def plan(campaign: Campaign, epoch: int, action: str, **more: Any) -> dict[str, Any]:
    event = {**run(campaign, epoch), "action": action, **more}
    answer: dict[str, Any] = plan_module.handler(event, LambdaContext())  # type: ignore[arg-type]
    return answer


def test_the_tasks_lead_from_approved_to_sent(world: World) -> None:
    campaign = world.approve()
    epoch = campaign.version
    assert plan(campaign, epoch, "plan") == {"outcome": "planned", "shards": []}
    assert plan(campaign, epoch, "freeze")["outcome"] == "planned"
    first = release_module.handler(run(campaign, epoch), LambdaContext())  # type: ignore[arg-type]
    assert first["outcome"] == "wait"
    assert first["wait_seconds"] >= 10
    while world.queue.waiting:
        world.work_off()
    last = release_module.handler({**run(campaign, epoch), "idle": first["idle"]}, LambdaContext())  # type: ignore[arg-type]
    assert last["outcome"] == "end"
    assert world.fresh(campaign).status is CampaignStatus.SENT


def test_every_task_may_be_repeated(world: World) -> None:
    campaign = world.approve()
    epoch = campaign.version
    for action in ("plan", "plan", "freeze", "freeze", "plan", "freeze"):
        assert plan(campaign, epoch, action)["outcome"] == "planned"
    assert plan(campaign, epoch, "plan_shard", shard=1)["outcome"] == "planned"
    assert world.fresh(campaign).targeted == 60
    assert len(world.entries()) == 60


def test_a_shard_that_is_not_finished_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = PlanAudienceServices(world.planner, world.firing, world.runs, world.clock, 0)
    monkeypatch.setattr(plan_module, "services", lambda: hurried)
    campaign = world.approve()
    answer = plan(campaign, campaign.version, "plan")
    assert answer == {"outcome": "more", "shards": [0, 1, 2, 3]}


def test_a_target_that_cannot_be_planned_fails_the_campaign_with_the_reason(world: World) -> None:
    target = any_target(target_filter_json={"nonsense": 1})
    campaign = world.approve(any_campaign(target_type=TargetType.TAGS), target=target)
    assert plan(campaign, campaign.version, "plan")["outcome"] == "stop"
    failed = world.fresh(campaign)
    assert failed.status is CampaignStatus.FAILED
    assert failed.failure_reason


def test_a_run_of_an_unknown_or_foreign_campaign_stops(world: World) -> None:
    campaign = world.approve()
    assert plan(any_campaign(id="nobody"), 1, "plan")["outcome"] == "stop"
    stranger = {"tenant_id": "other", "campaign_id": campaign.id, "epoch": 1, "action": "plan"}
    assert plan_module.handler(stranger, LambdaContext())["outcome"] == "stop"  # type: ignore[arg-type]
    assert release_module.handler(stranger, LambdaContext())["outcome"] == "end"  # type: ignore[arg-type]


def test_a_schedule_that_fires_names_the_run_to_be_started(world: World) -> None:
    scheduled = any_campaign(
        type=CampaignType.SCHEDULED, status=CampaignStatus.SCHEDULED, scheduled_at=world.clock.now(), schedule_epoch=1
    )
    campaign = world.approve(scheduled)
    event = {"tenant_id": TENANT, "campaign_id": campaign.id, "schedule_epoch": 1, "action": "fire"}
    assert plan_module.handler(event, LambdaContext()) == {"outcome": "start", "epoch": 1}  # type: ignore[arg-type]
    stale = event | {"schedule_epoch": 2}
    assert plan_module.handler(stale, LambdaContext()) == {"outcome": "stop", "epoch": None}  # type: ignore[arg-type]
    assert plan(campaign, 1, "plan")["outcome"] == "planned"
    assert plan_module.handler(event, LambdaContext())["outcome"] == "stop"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("enforcement", "complaints", "metric"),
    [("HEALTHY", 1, "CampaignPausedForReputation"), ("SHUTDOWN", 0, "CampaignPausedByProvider")],
)
def test_a_campaign_that_pauses_itself_is_counted_for_the_alarm(
    world: World, capsys: pytest.CaptureFixture[str], enforcement: str, complaints: int, metric: str
) -> None:
    world.add(*[any_member(f"n{number:03d}") for number in range(200)])
    world.quota.answer = replace(world.quota.answer, enforcement=enforcement)
    campaign = world.approve()
    epoch = world.start(campaign)
    # Nothing bounces before something was queued.
    queued = ReleaseCursor(announced=BATCH_PREFIX, version=1)
    assert world.ledger.save_release_cursor(Partition(TENANT, campaign.id, 0), "l0", queued)
    counts = {("lane:l0", "accepted"): 200, ("lane:l0", "complained"): complaints}
    assert world.statistics.apply(Fold("s1", "0001", {campaign.key: counts}), "")
    answer = release_module.handler(run(campaign, epoch), LambdaContext())  # type: ignore[arg-type]
    assert answer["outcome"] == "wait"
    told = capsys.readouterr().out.replace(" ", "")
    assert f'"{metric}":[1.0]' in told
    assert '"NeedsAttention":[1.0]' in told
    assert world.fresh(campaign).paused_at is not None
