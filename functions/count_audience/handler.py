"""Works on the shards that an invocation names, one after the other: counts them, or fills or empties a segment's list.
What one invocation has no time for rests where it got to, and the next is begun before this one ends."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.count_audience import CountAudienceServices, build
from ariia.domain.audience.count_job import CountTask
from ariia.domain.audience.segment_task import SegmentTask
from ariia.observability import logger, repeated_by_lambda
from ariia.settings import CountAudienceSettings

# What is left of the invocation when counting stops: writing a million hashes takes about two seconds.
_MARGIN_MS = 15_000


@cache
def services() -> CountAudienceServices:
    """Built once per process."""
    return build(CountAudienceSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"left": …}`, the number of shards that another invocation goes on with. What fails is raised: Lambda repeats it
    twice and dead-letters it; shards that are done are passed over then."""
    ends_at = services().clock.now() + context.get_remaining_time_in_millis() - _MARGIN_MS
    with repeated_by_lambda("not worked on"):
        left = [_task(one) for one in event["tasks"]]
        while left and _is_done(left[0], ends_at):
            del left[0]
        if left:
            services().shards.go_on(left)
    return {"left": len(left)}


def _is_done(task: CountTask | SegmentTask, ends_at: int) -> bool:
    if services().clock.now() >= ends_at:
        return False
    done = _do(task, ends_at)
    logger.info("worked on", tenant_id=task.tenant_id, kind=type(task).__name__, shard=task.shard, done=done)
    return done


def _task(payload: dict[str, Any]) -> CountTask | SegmentTask:
    return SegmentTask.from_payload(payload) if "segment" in payload else CountTask.from_payload(payload)


def _do(task: CountTask | SegmentTask, ends_at: int) -> bool:
    if isinstance(task, SegmentTask):
        return services().filler.work(task, ends_at)
    return services().counter.count(task, ends_at)
