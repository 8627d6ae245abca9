"""What recount_statistics is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger.recount import DynamoRecountLedger
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.ports.clock import Clock
from ariia.services.statistics.recounting import Recounting
from ariia.services.statistics.recounts import RecountRunner
from ariia.settings import RecountStatisticsSettings


@dataclass(frozen=True)
class RecountStatisticsServices:
    """What recounts, and the time."""

    runner: RecountRunner
    clock: Clock


def build(settings: RecountStatisticsSettings) -> RecountStatisticsServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock, client = SystemClock(), dynamodb_client()
    ledger = DynamoRecountLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    statistics = DynamoStatistics(client, names.physical(settings.table_prefix, names.STATISTICS))
    recounting = Recounting(ledger, statistics, clock, settings.rest_seconds)
    return RecountStatisticsServices(RecountRunner(DynamoCampaigns(), DynamoJobs(), recounting, clock), clock)
