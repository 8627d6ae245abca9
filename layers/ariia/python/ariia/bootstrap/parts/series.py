"""What makes the campaigns of series, for every function that may have to."""

from __future__ import annotations

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleGroup, scheduler_client
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.parts.revisits import revisits
from ariia.ports.clock import Clock
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.from_addresses import FromAddresses
from ariia.services.senders.stored import StoredSenders
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.waking import SeriesWaking
from ariia.settings import ApiSettings, RunSeriesSettings


def campaign_schedules(settings: ApiSettings | RunSeriesSettings) -> EventBridgeSchedules:
    """The schedules that start runs of campaigns."""
    group = ScheduleGroup(settings.schedule_group, settings.schedule_role_arn, settings.schedule_dlq_arn)
    return EventBridgeSchedules(scheduler_client(), group, lambda _: settings.campaign_run_arn)


def series_runs(settings: ApiSettings | RunSeriesSettings, broadcasts: BroadcastQuota, clock: Clock) -> SeriesRuns:
    """The service over DynamoDB and EventBridge Scheduler."""
    return SeriesRuns(
        DynamoSeries(),
        DynamoCampaigns(),
        SeriesWaking(revisits(settings), clock),
        campaign_schedules(settings),
        FromAddresses(StoredSenders(DynamoSenders()), DynamoTenants()),
        broadcasts,
        clock,
    )
