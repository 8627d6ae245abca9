"""What count_audience is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.ports.clock import Clock
from ariia.services.audience_count import ShardCounter
from ariia.settings import CountAudienceSettings


@dataclass(frozen=True)
class CountAudienceServices:
    """The counter of one shard."""

    counter: ShardCounter
    clock: Clock


def build(settings: CountAudienceSettings) -> CountAudienceServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock = SystemClock()
    return CountAudienceServices(ShardCounter(DynamoMembers(settings.shards), DynamoJobs(), clock), clock)
