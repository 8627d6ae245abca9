"""Imports members from uploaded files: a file is cut into ranges, each of which comes back as a message of its own."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.import_members import ImportMembersServices, build
from ariia.domain.import_job import PartResult, PartState
from ariia.observability import fault, logger, metrics
from ariia.ports.uploads import RangeTask
from ariia.settings import ImportMembersSettings

from .messages import parse

# What a chunk may still take that began in time, so that an attempt ends by itself and not by the timeout.
_RESERVE_MS = 15_000
# Times the number of the attempt: the queue's visibility timeout is there for killed attempts, and far longer.
_COME_AGAIN_SECONDS = 20

Record = dict[str, Any]


@cache
def services() -> ImportMembersServices:
    """Built once per process."""
    return build(ImportMembersSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The partial batch response: what failed comes again, and ends in the dead-letter queue."""
    stop_at = services().clock.now() + context.get_remaining_time_in_millis() - _RESERVE_MS
    failed = [record for record in event["Records"] if not _succeeds(record, stop_at)]
    for record in failed:
        seconds = _COME_AGAIN_SECONDS * _attempt(record)
        services().returns.later(record["eventSourceARN"], [record["receiptHandle"]], seconds)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _succeeds(record: Record, stop_at: int) -> bool:
    """Raising would give back the whole batch."""
    try:
        _work(record, stop_at)
    except Exception as error:
        metrics.add_metric("ImportAttemptFailed", MetricUnit.Count, 1)
        logger.error("import attempt failed", message_id=record["messageId"], **fault(error))
        return False
    return True


def _work(record: Record, stop_at: int) -> None:
    last_attempt = _attempt(record) >= services().attempts
    message = parse(record["body"])
    if isinstance(message, RangeTask):
        _import(message, stop_at, last_attempt)
        return
    for key in message.keys:
        job = services().cutting.run(key, last_attempt=last_attempt)
        if job is not None:
            logger.info("file cut", tenant=job.tenant_id, import_id=job.id, ranges=len(job.ranges), size=job.size)


def _attempt(record: Record) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])


def _import(task: RangeTask, stop_at: int, last_attempt: bool) -> None:
    result = services().ranges.run(task, stop_at=stop_at, last_attempt=last_attempt)
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
