"""What aggregate_stats is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.dead_letters import SqsDeadLetters
from ariia.adapters.aws.send_queue import sqs_client
from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.stream import LedgerStream
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.services.statistics.counting import StreamCounter
from ariia.settings import AggregateStatsSettings


@dataclass(frozen=True)
class AggregateStatsServices:
    """The counter, the reading of stream records, and where unreadable ones go."""

    counter: StreamCounter
    stream: LedgerStream
    dead_letters: SqsDeadLetters
    stream_shard: str


def build(settings: AggregateStatsSettings) -> AggregateStatsServices:
    """The services on AWS; clients connect at their first call."""
    table = names.physical(settings.table_prefix, names.STATISTICS)
    return AggregateStatsServices(
        counter=StreamCounter(DynamoStatistics(dynamodb_client(), table)),
        stream=LedgerStream(),
        dead_letters=SqsDeadLetters(sqs_client(), settings.stream_dlq_url),
        stream_shard=settings.stream_shard,
    )
