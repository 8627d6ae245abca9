"""What check_schedules is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.campaign_runs import StepFunctionsExecutions, step_functions_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.parts.series import series_runs
from ariia.ports.clock import Clock
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.firing import CampaignFiring, ScheduleChecks
from ariia.services.series.checks import SeriesChecks
from ariia.services.tenants.quotas import Quotas
from ariia.settings import CheckSchedulesSettings


@dataclass(frozen=True)
class CheckSchedulesServices:
    """The checks of campaigns and of series, and the clock that bounds them."""

    checks: ScheduleChecks
    series_checks: SeriesChecks
    clock: Clock


def build(settings: CheckSchedulesSettings) -> CheckSchedulesServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock, campaigns = SystemClock(), DynamoCampaigns()
    runs = StepFunctionsExecutions(step_functions_client(), settings.campaign_run_arn)
    broadcasts = BroadcastQuota(Quotas(DynamoQuotas(), DynamoTenants(), clock))
    firing = CampaignFiring(campaigns, broadcasts, clock)
    series = SeriesChecks(DynamoSeries(), series_runs(settings, broadcasts, clock), clock)
    return CheckSchedulesServices(ScheduleChecks(campaigns, firing, runs, clock), series, clock)
