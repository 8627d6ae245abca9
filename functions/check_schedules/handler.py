"""Looks for scheduled campaigns that did not begin at their time, which are dealt with by their misfire policy, and for
series that did not wake up."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.check_schedules import CheckSchedulesServices, build
from ariia.observability import logger
from ariia.settings import CheckSchedulesSettings

# Left for the work that was begun when the time is up.
_MARGIN_MS = 10_000


@cache
def services() -> CheckSchedulesServices:
    """Built once per process."""
    return build(CheckSchedulesSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """One look at everything that is due; what could not be finished is found again by the next."""
    deadline = services().clock.now() + context.get_remaining_time_in_millis() - _MARGIN_MS
    try:
        report = services().checks.check(deadline)
        if report.read:
            logger.warning("schedules were checked", read=report.read, started=report.started, settled=report.settled)
    finally:
        # A campaign that can't go on keeps no series waiting.
        series = services().series_checks.check(deadline)
        if series.read:
            logger.info("series were checked", read=series.read, settled=series.settled)
