"""Counts the ledger's stream, each record once. A bad record is put aside: it may not stop the others."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.aggregate_stats import AggregateStatsServices, build
from ariia.observability import logger, metrics
from ariia.ports.statistics import LedgerChange
from ariia.settings import AggregateStatsSettings


@cache
def services() -> AggregateStatsServices:
    """Built once per process."""
    return build(AggregateStatsSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Counts the records; the window's state is not used, it is the window that gives the shard's id."""
    records = event.get("Records", [])
    changes = [change for change in map(_change, records) if change is not None]
    counted = services().counter.count(_stream_shard(event), changes) if changes else 0
    metrics.add_metric("RecordsCounted", MetricUnit.Count, counted)
    logger.info("counted", records=len(records), counted=counted)
    return {"state": event.get("state", {})}


def _stream_shard(event: dict[str, Any]) -> str:
    """AWS names the stream shard because the event source has a tumbling window; without a name nothing may be counted,
    as a replay could not be told from news."""
    shard = event.get("shardId") or services().stream_shard
    if not shard:
        raise ValueError("the event names no stream shard: the event source needs a tumbling window")
    return str(shard)


def _change(record: dict[str, Any]) -> LedgerChange | None:
    try:
        return services().stream.change(record)
    except Exception as error:
        logger.error("unreadable stream record", reason=type(error).__name__)
        services().dead_letters.put(record, type(error).__name__)
        return None
