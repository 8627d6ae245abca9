"""Works on the shards that the preflight queue names: counts them, or fills or empties a segment's list. A shard too
large for one invocation rests where it got to, and its message comes back."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.count_audience import CountAudienceServices, build
from ariia.domain.errors import TransientError
from ariia.domain.preflight_job import CountTask
from ariia.domain.segment_task import SegmentTask
from ariia.observability import logger
from ariia.settings import CountAudienceSettings

# What is left of the invocation when counting stops: writing a million hashes takes about two seconds.
_MARGIN_MS = 15_000


@cache
def services() -> CountAudienceServices:
    """Built once per process."""
    return build(CountAudienceSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The partial batch response: messages whose shard is not done are reported as failed."""
    ends_at = services().clock.now() + context.get_remaining_time_in_millis() - _MARGIN_MS
    kept = [record for record in event["Records"] if not _work(record, ends_at)]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in kept]}


def _work(record: dict[str, Any], ends_at: int) -> bool:
    try:
        task = _task(record["body"])
    except (ValueError, KeyError, TypeError):
        logger.error("unreadable message", message_id=record["messageId"])
        return False
    try:
        done = _do(task, ends_at)
    except TransientError as error:
        logger.warning("not worked on", tenant=task.tenant_id, shard=task.shard, reason=error.message)
        return False
    logger.info("worked on", tenant=task.tenant_id, kind=type(task).__name__, shard=task.shard, done=done)
    return done


def _task(body: str) -> CountTask | SegmentTask:
    return SegmentTask.from_text(body) if "segment" in json.loads(body) else CountTask.from_text(body)


def _do(task: CountTask | SegmentTask, ends_at: int) -> bool:
    if isinstance(task, SegmentTask):
        return services().filler.work(task, ends_at)
    return services().counter.count(task, ends_at)
