"""One round: settles what was released, releases what fits the send rate, says when to come back."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.release_batches import build
from ariia.domain.pause_cause import PauseCause
from ariia.observability import call_for_attention, logger, metrics
from ariia.services.release.rounds import BatchReleaser
from ariia.settings import ReleaseBatchesSettings

PAUSED = {
    PauseCause.REPUTATION: "CampaignPausedForReputation",
    PauseCause.ACCOUNT: "CampaignPausedByProvider",
    PauseCause.CONTENT: "CampaignPausedForContent",
}


@cache
def releaser() -> BatchReleaser:
    """Built once per process."""
    return build(ReleaseBatchesSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"outcome": "wait" | "end", "wait_seconds": n, "idle": n}`; `idle` comes back in with the next round."""
    tenant_id, campaign_id, epoch = event["tenant_id"], event["campaign_id"], int(event["epoch"])
    logger.append_keys(tenant_id=tenant_id, campaign_id=campaign_id, epoch=epoch)
    result = releaser().round(tenant_id, campaign_id, epoch, int(event.get("idle", 0)))
    metrics.add_metric("MessagesReleased", MetricUnit.Count, result.released)
    call_for_attention(result.held + bool(result.paused))
    if result.held:
        metrics.add_metric("BatchesHeld", MetricUnit.Count, result.held)
    if result.paused:
        metrics.add_metric(PAUSED[result.paused.cause], MetricUnit.Count, 1)
        logger.error("campaign paused", cause=result.paused.cause, reason=result.paused.reason)
    logger.info(
        "round", outcome=result.outcome, released=result.released, held=result.held, wait_seconds=result.wait_seconds
    )
    return {"outcome": result.outcome, "wait_seconds": result.wait_seconds, "idle": result.idle}
