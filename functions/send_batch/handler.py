"""Sends the batches that a channel's queue names; what may not go now goes back or is dropped, nothing is lost."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.send_batch import SendBatchServices, build
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.pause_cause import PauseCause
from ariia.observability import AttemptFailedError, call_for_attention, fault, logger, metrics
from ariia.services.sending.batches import SendReport
from ariia.settings import SendBatchSettings

_COME_AGAIN_SECONDS = 10

Record = dict[str, Any]


@cache
def services() -> SendBatchServices:
    """Built once per process."""
    return build(SendBatchSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The partial batch response: messages to be kept are reported as failed. Raises when nothing but faults came of
    all of them, which Lambda counts as an error."""
    records, unreadable = _read(event["Records"])
    ends_at = services().clock.now() + context.get_remaining_time_in_millis()
    report = services().sender.send(list(records), ends_at)
    kept = [record for queued, record in records.items() if queued.key in report.give_back]
    if kept:
        handles = [record["receiptHandle"] for record in kept]
        services().returns.later(kept[0]["eventSourceARN"], handles, _COME_AGAIN_SECONDS)
    _publish(report, event["Records"])
    failed = [record for queued, record in records.items() if queued.key in report.faults]
    if failed and len(failed) == len(records):
        raise AttemptFailedError("none of the batches could be sent")
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in kept + failed + unreadable]}


def _read(records: list[Record]) -> tuple[dict[QueuedBatch, Record], list[Record]]:
    """The batches with their messages (the same batch twice counts once), and messages that are none of ours."""
    batches: dict[QueuedBatch, Record] = {}
    unreadable = []
    for record in records:
        try:
            batches[QueuedBatch.from_text(record["body"])] = record
        except Exception as error:
            logger.error("unreadable message", message_id=record["messageId"], error=type(error).__name__)
            unreadable.append(record)
    return batches, unreadable


def _publish(report: SendReport, records: list[Record]) -> None:
    counts = {
        "Sent": report.sent,
        "Failed": report.failed,
        "Excluded": report.excluded,
        "Throttled": report.throttled,
        "Ambiguous": report.ambiguous,
        "VoidOutcomes": report.void,
        "CampaignPausedByProvider": sum(cause is not PauseCause.CONTENT for cause, _ in report.paused),
        "CampaignPausedForContent": sum(cause is PauseCause.CONTENT for cause, _ in report.paused),
    }
    for name, count in counts.items():
        if count:
            metrics.add_metric(name, MetricUnit.Count, count)
    call_for_attention(len(report.paused))
    oldest = min(int(record["attributes"]["SentTimestamp"]) for record in records)
    metrics.add_metric("SendLag", MetricUnit.Milliseconds, max(0, services().clock.now() - oldest))
    for key, result in report.claims:
        logger.info(
            "batch",
            tenant_id=key.tenant_id,
            campaign_id=key.campaign_id,
            batch=key.tag,
            sent=result.sent,
            failed=result.failed,
            excluded=result.excluded,
            throttled=result.throttled,
            ambiguous=result.ambiguous,
            left=result.left,
        )
    logger.info("sent", batches=len(records), counts={name: count for name, count in counts.items() if count})
    for key, error in report.faults.items():
        logger.error(
            "batch failed", tenant_id=key.tenant_id, campaign_id=key.campaign_id, batch=key.tag, **fault(error)
        )
    for cause, reason in report.paused:
        logger.error("campaign paused", cause=str(cause), reason=reason)
