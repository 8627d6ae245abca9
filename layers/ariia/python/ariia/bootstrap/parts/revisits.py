"""The one way to look at something again later, for every function that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleGroup, revisit_function, scheduler_client
from ariia.adapters.clock import SystemClock
from ariia.services.revisits import Revisits
from ariia.settings import RevisitSettings


def revisits(settings: RevisitSettings) -> Revisits:
    """On EventBridge Scheduler: each look invokes the function of its kind."""
    group = ScheduleGroup(settings.revisit_group, settings.revisit_role_arn, settings.revisit_dlq_arn)

    def function_arn(payload: Mapping[str, Any]) -> str:
        return settings.revisit_functions_arn + revisit_function(payload).replace("_", "-")

    return Revisits(EventBridgeSchedules(scheduler_client(), group, function_arn), SystemClock())
