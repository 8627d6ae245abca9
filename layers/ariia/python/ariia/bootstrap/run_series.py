"""What run_series is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.parts.series import series_runs
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.series.runs import SeriesRuns
from ariia.services.tenants.quotas import Quotas
from ariia.settings import RunSeriesSettings


@dataclass(frozen=True)
class RunSeriesServices:
    """Series that wake up."""

    series: SeriesRuns


def build(settings: RunSeriesSettings) -> RunSeriesServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock = SystemClock()
    broadcasts = BroadcastQuota(Quotas(DynamoQuotas(), DynamoTenants(), clock))
    return RunSeriesServices(series_runs(settings, broadcasts, clock))
