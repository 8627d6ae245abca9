"""Imports members from uploaded files: a file is cut into ranges, each of which gets an invocation of its own."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.import_members import ImportMembersServices, build
from ariia.domain.imports.job import PartResult, PartState
from ariia.observability import logger, metrics, repeated_by_lambda
from ariia.ports.uploads import RangeTask
from ariia.settings import ImportMembersSettings
from functions.import_members.events import Uploaded, parse

# What a chunk may still take that began in time, so that an attempt ends by itself and not by the timeout.
_RESERVE_MS = 15_000


@cache
def services() -> ImportMembersServices:
    """Built once per process."""
    return build(ImportMembersSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """What fails is raised: Lambda repeats it twice and dead-letters it."""
    stop_at = services().clock.now() + context.get_remaining_time_in_millis() - _RESERVE_MS
    with repeated_by_lambda("import attempt failed"):
        task = parse(event)
        if isinstance(task, RangeTask):
            _import(task, stop_at)
        else:
            _cut(task)


def _cut(news: Uploaded) -> None:
    for key in news.keys:
        job = services().cutting.run(key)
        if job is not None:
            logger.info("file cut", tenant_id=job.tenant_id, import_id=job.id, ranges=len(job.ranges), size=job.size)


def _import(task: RangeTask, stop_at: int) -> None:
    result = services().ranges.run(task, stop_at=stop_at)
    fields: dict[str, Any] = {"tenant": task.tenant_id, "import_id": task.job_id, "range": task.number}
    if result is None:
        logger.warning("range of an unknown import", **fields)
        return
    _publish(result)
    logger.info("range imported", **fields, state=result.state, records=result.records, rejected=result.rejected)


def _publish(result: PartResult) -> None:
    if result.state is PartState.FAILED:
        metrics.add_metric("ImportRangeFailed", MetricUnit.Count, 1)
    metrics.add_metric("MembersImported", MetricUnit.Count, result.created + result.updated)
    metrics.add_metric("ImportLinesRejected", MetricUnit.Count, result.rejected)
