"""What makes the campaigns of series, for every function that may have to."""

from __future__ import annotations

from typing import Protocol

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleTarget, scheduler_client
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.ports.clock import Clock
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.from_addresses import FromAddresses
from ariia.services.senders.stored import StoredSenders
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.waking import SeriesWaking


class SchedulesCampaigns(Protocol):
    """Settings of a function that makes schedules of campaigns."""

    @property
    def campaign_run_arn(self) -> str: ...
    @property
    def schedule_group(self) -> str: ...
    @property
    def schedule_role_arn(self) -> str: ...
    @property
    def schedule_dlq_arn(self) -> str: ...


class SchedulesSeries(SchedulesCampaigns, Protocol):
    """Settings of a function that makes schedules of series as well."""

    @property
    def series_group(self) -> str: ...
    @property
    def series_arn(self) -> str: ...
    @property
    def series_role_arn(self) -> str: ...
    @property
    def series_dlq_arn(self) -> str: ...


def campaign_schedules(settings: SchedulesCampaigns) -> EventBridgeSchedules:
    """The schedules that start runs of campaigns."""
    target = ScheduleTarget(
        group=settings.schedule_group,
        arn=settings.campaign_run_arn,
        role_arn=settings.schedule_role_arn,
        dead_letters_arn=settings.schedule_dlq_arn,
    )
    return EventBridgeSchedules(scheduler_client(), target)


def series_waking(settings: SchedulesSeries, clock: Clock) -> SeriesWaking:
    """The schedules that wake up series."""
    target = ScheduleTarget(
        group=settings.series_group,
        arn=settings.series_arn,
        role_arn=settings.series_role_arn,
        dead_letters_arn=settings.series_dlq_arn,
    )
    return SeriesWaking(EventBridgeSchedules(scheduler_client(), target), clock)


def series_runs(settings: SchedulesSeries, broadcasts: BroadcastQuota, clock: Clock) -> SeriesRuns:
    """The service over DynamoDB and EventBridge Scheduler."""
    return SeriesRuns(
        DynamoSeries(),
        DynamoCampaigns(),
        series_waking(settings, clock),
        campaign_schedules(settings),
        FromAddresses(StoredSenders(DynamoSenders()), DynamoTenants()),
        broadcasts,
        clock,
    )
