"""What record_events is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.dead_letters import SqsDeadMessages
from ariia.adapters.aws.send_queue import sqs_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.email.event_pipeline import SesEventPipeline
from ariia.bootstrap.parts.engagement import engagement_store
from ariia.domain.channel import Channel
from ariia.ports.clock import Clock
from ariia.services.receipts.event_notes import EventNotes
from ariia.services.receipts.isolated import IsolatingRecorder
from ariia.services.receipts.recording import EventRecorder
from ariia.settings import RecordEventsSettings

# See ErasureMarks.cached_marks.
_QUIET_PARTS = 10


@dataclass(frozen=True)
class RecordEventsServices:
    """Notes of what came, the recorder, the only topic whose messages are believed, and where events go that can't be
    read."""

    notes: EventNotes
    recorder: IsolatingRecorder
    topic_arn: str
    dead_letters: SqsDeadMessages
    clock: Clock


def build(settings: RecordEventsSettings) -> RecordEventsServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    client, clock = dynamodb_client(), SystemClock()
    pipeline = SesEventPipeline(client, names.physical(settings.table_prefix, names.SEND_RATES))
    recorder = EventRecorder(
        channel=Channel.EMAIL,
        ledger=DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER)),
        members=DynamoMembers(settings.shards),
        engagement=engagement_store(client, settings.table_prefix, settings.shards),
        pipeline=pipeline,
        clock=clock,
        erasures=DynamoErasures(settings.shards, remember_ms=settings.quiet_seconds * 1000 // _QUIET_PARTS),
    )
    return RecordEventsServices(
        notes=EventNotes(pipeline, clock),
        recorder=IsolatingRecorder(recorder, clock),
        topic_arn=settings.events_topic_arn,
        dead_letters=SqsDeadMessages(sqs_client(), settings.events_dlq_url),
        clock=clock,
    )
