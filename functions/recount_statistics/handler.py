"""Recounts one campaign's figures from its ledger."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.recount_statistics import RecountStatisticsServices, build
from ariia.observability import logger, repeated_by_lambda
from ariia.settings import RecountStatisticsSettings

# What is left of the invocation when no other pass is begun.
_MARGIN_MS = 10_000


@cache
def services() -> RecountStatisticsServices:
    """Built once per process."""
    return build(RecountStatisticsSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"status": …}`, null when there was nothing to do. What fails is raised: Lambda repeats it twice and
    dead-letters it."""
    ends_at = services().clock.now() + context.get_remaining_time_in_millis() - _MARGIN_MS
    tenant_id, campaign_id = event["tenant_id"], event["campaign_id"]
    with repeated_by_lambda("not recounted"):
        recount = services().runner.run(tenant_id, campaign_id, event["run"], ends_at)
    if recount is None:
        return {"status": None}
    logger.info("recounted", tenant_id=tenant_id, campaign_id=campaign_id, status=recount.status, passes=recount.passes)
    return {"status": recount.status}
