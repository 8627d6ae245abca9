"""What count_audience is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.invocations import InvokedShards, lambda_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.bootstrap.parts.engagement import engagement_store
from ariia.ports.clock import Clock
from ariia.ports.shard_work import ShardWork
from ariia.services.audience.counting import ShardCounter
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.audience.segment_freezing import ShardFiller
from ariia.settings import CountAudienceSettings


@dataclass(frozen=True)
class CountAudienceServices:
    """What counts one shard, what fills one shard of a list, and where what is not done goes on."""

    counter: ShardCounter
    filler: ShardFiller
    shards: ShardWork
    clock: Clock


def build(settings: CountAudienceSettings) -> CountAudienceServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock, jobs, members = SystemClock(), DynamoJobs(), DynamoMembers(settings.shards)
    client = dynamodb_client()
    ledger = DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    lists = DynamoSegmentLists(settings.shards)
    engagement = engagement_store(client, settings.table_prefix, settings.shards)
    facts = PageFactsReader(DynamoCampaigns(), ledger, lists, engagement, clock, settings.shards)
    return CountAudienceServices(
        counter=ShardCounter(members, facts, jobs, clock),
        filler=ShardFiller(members, facts, DynamoSegments(), lists, jobs, clock),
        shards=InvokedShards(lambda_client, settings.count_audience_arn),
        clock=clock,
    )
