"""The double opt-in, for every function that writes consent."""

from __future__ import annotations

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleTarget, scheduler_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.services.consent.confirmation_care import ConfirmationCare
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.settings import SchedulingSettings


def single_schedules(settings: SchedulingSettings) -> EventBridgeSchedules:
    """The schedules that look after single messages."""
    target = ScheduleTarget(
        group=settings.follow_up_group,
        arn=settings.follow_up_arn,
        role_arn=settings.follow_up_role_arn,
        dead_letters_arn=settings.follow_up_dlq_arn,
    )
    return EventBridgeSchedules(scheduler_client(), target)


def double_opt_in(settings: SchedulingSettings) -> DoubleOptIn:
    """The service on AWS."""
    clock = SystemClock()
    return DoubleOptIn(DynamoTenants(), ConfirmationCare(single_schedules(settings), clock), clock)
