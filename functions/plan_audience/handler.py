"""Plans the audience of a campaign: `plan`, `plan_shard` and `freeze`, as the state machine asks; before them, for a
scheduled campaign, `fire`."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.plan_audience import PlanAudienceServices, build
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.observability import logger
from ariia.services.planning.planning import STOP, PlanProgress
from ariia.settings import PlanAudienceSettings

START = "start"


@cache
def services() -> PlanAudienceServices:
    """Built once per process."""
    return build(PlanAudienceSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"outcome": "planned" | "more" | "stop", "shards": [...]}`; anything passing is raised, for a retry. To `fire`
    the answer is `{"outcome": "start" | "stop", "epoch": n}`."""
    tenant_id, campaign_id = event["tenant_id"], event["campaign_id"]
    if event["action"] == "fire":
        return _fire(tenant_id, campaign_id, int(event["schedule_epoch"]))
    epoch = int(event["epoch"])
    logger.append_keys(tenant_id=tenant_id, campaign_id=campaign_id, epoch=epoch)
    try:
        progress = _plan(event, tenant_id, campaign_id, epoch)
    except (InvalidError, NotFoundError) as error:
        # The audience can't be planned, now or later: the run ends and says why.
        logger.error("planning failed for good", reason=error.message)
        campaign = services().runs.in_charge(tenant_id, campaign_id, epoch)
        if campaign is not None:
            services().planner.fail(campaign, error.message)
        progress = PlanProgress(STOP)
    logger.info("planned", outcome=progress.outcome, shards_left=len(progress.shards), action=event["action"])
    return {"outcome": progress.outcome, "shards": progress.shards}


def _fire(tenant_id: str, campaign_id: str, schedule_epoch: int) -> dict[str, Any]:
    logger.append_keys(tenant_id=tenant_id, campaign_id=campaign_id, schedule_epoch=schedule_epoch)
    epoch = services().firing.fire(tenant_id, campaign_id, schedule_epoch)
    logger.info("a schedule fired", epoch=epoch)
    return {"outcome": STOP if epoch is None else START, "epoch": epoch}


def _plan(event: dict[str, Any], tenant_id: str, campaign_id: str, epoch: int) -> PlanProgress:
    planner = services().planner
    deadline = services().clock.now() + services().plan_seconds * 1000
    if event["action"] == "plan":
        return planner.plan(tenant_id, campaign_id, epoch, deadline)
    if event["action"] == "plan_shard":
        return planner.plan_shard(tenant_id, campaign_id, epoch, int(event["shard"]), deadline)
    return planner.freeze(tenant_id, campaign_id, epoch)
