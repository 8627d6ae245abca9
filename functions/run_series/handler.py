"""Wakes up one series: makes the campaign of its next occurrence, or finds nothing to do."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.run_series import RunSeriesServices, build
from ariia.observability import logger
from ariia.settings import RunSeriesSettings


@cache
def services() -> RunSeriesServices:
    """Built once per process."""
    return build(RunSeriesSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"status": …}` as it stands then. What fails is raised: Lambda repeats it twice and dead-letters it, and
    check_schedules finds the series minutes later in any case."""
    tenant_id, series_id, epoch = str(event["tenant_id"]), str(event["series_id"]), int(event["epoch"])
    logger.append_keys(tenant_id=tenant_id, series_id=series_id)
    series = services().series.run(tenant_id, series_id, epoch)
    status = str(series.status) if series else "never saved"
    made = series.made.campaign_id if series and series.made else None
    reason = series.missed.reason if series and series.missed else None
    logger.info("woke up", status=status, campaign_id=made, missed=reason)
    return {"status": status}
