"""Records what Amazon SES reports, SES -> SNS -> SQS."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.record_events import RecordEventsServices, build
from ariia.observability import fault, logger, metrics
from ariia.services.receipts.isolated import IsolatedReport
from ariia.settings import RecordEventsSettings
from functions.record_events.messages import Reading, Record, read

# What recording one part may still take that began in time.
_RESERVE_MS = 15_000
# An event that recording fails at comes again so often before it is put aside: the fault may be ours, and mended soon.
_RECEIVES = 5


@cache
def services() -> RecordEventsServices:
    """Built once per process."""
    return build(RecordEventsSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The partial batch response: what could not be recorded this time comes again. What is no event is dropped, and
    an event that can't be read is put aside at once, as it would not get better."""
    records, now = event["Records"], services().clock.now()
    services().notes.note(records)
    readings = [read(record, services().topic_arn, now) for record in records]
    latest_at = max((one.at for one in readings), default=0)
    ends_at = now + context.get_remaining_time_in_millis() - _RESERVE_MS
    report = services().recorder.record([one.event for one in readings], latest_at, ends_at)
    aside = _to_put_aside(records, readings, report)
    put_aside = {place for place, reason in aside.items() if _put_aside(records[place], reason)}
    _publish(records, readings, report, len(put_aside))
    failed = (report.failed | aside.keys()) - put_aside
    return {"batchItemFailures": [{"itemIdentifier": records[place]["messageId"]} for place in sorted(failed)]}


def _to_put_aside(records: Sequence[Record], readings: Sequence[Reading], report: IsolatedReport) -> dict[int, str]:
    """By position, why a record is given up."""
    unreadable = {place: one.unreadable for place, one in enumerate(readings) if one.unreadable}
    return unreadable | {
        place: type(error).__name__
        for place, error in report.faults.items()
        if int(records[place]["attributes"]["ApproximateReceiveCount"]) >= _RECEIVES
    }


def _put_aside(record: Record, reason: str) -> bool:
    """False when the queue of dead letters did not take it, so that it must come again."""
    try:
        services().dead_letters.put(record["body"], reason, record["messageId"])
    except Exception as error:
        logger.error("event not put aside", message_id=record["messageId"], **fault(error))
        return False
    logger.error("event put aside", message_id=record["messageId"], reason=reason)
    return True


def _publish(records: Sequence[Record], readings: Sequence[Reading], report: IsolatedReport, put_aside: int) -> None:
    for place, error in sorted(report.faults.items()):
        logger.error("event not recorded", message_id=records[place]["messageId"], **fault(error))
    for record, one in zip(records, readings, strict=True):
        if one.foreign:
            logger.warning("no event", message_id=record["messageId"], reason=one.foreign)
        if one.found and one.found.names_another:
            logger.warning("reported elsewhere", message_id=record["messageId"])
    foreign = sum(bool(one.foreign) for one in readings)
    for name, count in {"ForeignMessages": foreign, "EventsPutAside": put_aside}.items():
        if count:
            metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("EventsRecorded", MetricUnit.Count, report.recorded)
    logger.info(
        "recorded",
        events=len(records),
        recorded=report.recorded,
        dropped=report.dropped,
        suppressed=report.suppressed,
        foreign=foreign,
        put_aside=put_aside,
        failed=len(report.failed),
        by_campaign=dict(Counter(_campaign_of(one) for one in readings if one.event is not None)),
    )


def _campaign_of(reading: Reading) -> str:
    assert reading.event is not None
    return f"{reading.event.batch.tenant_id}/{reading.event.batch.campaign_id}"
