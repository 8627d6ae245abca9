"""An alarm, and what the person it calls should do."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.config import StageConfig


@dataclass(frozen=True)
class Watch:
    """Calls when `metric` is at or over `threshold` in `bad` of the last `periods`."""

    name: str
    advice: str
    metric: cloudwatch.IMetric
    threshold: float
    bad: int = 1
    periods: int = 1


def add_alarm(scope: Construct, config: StageConfig, watch: Watch) -> cloudwatch.Alarm:
    """Silence is no alarm: a stage that nobody uses reports nothing."""
    return cloudwatch.Alarm(
        scope,
        "".join(part.title() for part in watch.name.split("-")),
        alarm_name=f"{config.prefix}-{watch.name}",
        alarm_description=watch.advice,
        metric=watch.metric,
        threshold=watch.threshold,
        datapoints_to_alarm=watch.bad,
        evaluation_periods=watch.periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
