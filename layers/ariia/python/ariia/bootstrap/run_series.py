"""What run_series is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.services.broadcast_quota import BroadcastQuota
from ariia.services.quotas import Quotas
from ariia.services.series_runs import SeriesRuns
from ariia.settings import RunSeriesSettings

from .series import series_runs


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
