"""Log groups that forget after the stage's retention."""

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

from infra.config import StageConfig

_RETENTION = {
    1: RetentionDays.ONE_DAY,
    7: RetentionDays.ONE_WEEK,
    14: RetentionDays.TWO_WEEKS,
    30: RetentionDays.ONE_MONTH,
    90: RetentionDays.THREE_MONTHS,
    180: RetentionDays.SIX_MONTHS,
    365: RetentionDays.ONE_YEAR,
}


def log_group(scope: Construct, construct_id: str, config: StageConfig, name: str) -> LogGroup:
    """The log group `name`, kept for the stage's days; it goes with the stack unless the stage retains its data."""
    return LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=_RETENTION[config.log_retention_days],
        removal_policy=removal_policy(config),
    )


def removal_policy(config: StageConfig) -> RemovalPolicy:
    """What becomes of things that hold data when their stack is deleted."""
    return RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY
