"""Records what Amazon SES reports, SES -> SNS -> SQS."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.record_events import RecordEventsServices, build
from ariia.domain.provider_event import ProviderEvent
from ariia.observability import logger, metrics
from ariia.settings import RecordEventsSettings

from .ses_events import MalformedEventError, instant_of, parse


@cache
def services() -> RecordEventsServices:
    """Built once per process."""
    return build(RecordEventsSettings.from_environment(os.environ))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The partial batch response: what could not be recorded or read comes again, and ends in the dead-letter queue."""
    records = event["Records"]
    services().notes.note(records)
    unreadable: set[int] = set()
    events: list[ProviderEvent | None] = []
    latest_at = 0
    for place, record in enumerate(records):
        try:
            message = _message(record)
            events.append(parse(message))
            latest_at = max(latest_at, instant_of(message))
        except (MalformedEventError, ValueError, KeyError) as error:
            logger.error("unreadable event", message_id=record["messageId"], reason=type(error).__name__)
            unreadable.add(place)
            events.append(None)
    report = services().recorder.record(events, latest_at)
    metrics.add_metric("EventsRecorded", MetricUnit.Count, report.recorded)
    by_campaign = Counter(f"{one.batch.tenant_id}/{one.batch.campaign_id}" for one in events if one is not None)
    logger.info(
        "recorded",
        events=len(records),
        recorded=report.recorded,
        dropped=report.dropped,
        suppressed=report.suppressed,
        by_campaign=dict(by_campaign),
    )
    failed = sorted(report.failed | unreadable)
    return {"batchItemFailures": [{"itemIdentifier": records[place]["messageId"]} for place in failed]}


def _message(record: dict[str, Any]) -> dict[str, Any]:
    """The SES event inside the SNS envelope; only our own topic is believed (its queue policy lets no other in)."""
    envelope = json.loads(record["body"])
    if envelope.get("TopicArn") != services().topic_arn:
        raise MalformedEventError(f"unexpected topic in message {record['messageId']}")
    message: dict[str, Any] = json.loads(envelope["Message"])
    return message
