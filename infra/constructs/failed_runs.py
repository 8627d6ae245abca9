"""Tells a person about each run that ended as it should not. Step Functions' own events cost nothing, where an alarm on
its metrics is billed whether anything fails or not."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from infra.config import StageConfig

ADVICE = "look at the execution; if the campaign reads sending and nothing moves, pause and resume it."


class FailedRuns(events.Rule):
    """Of `machine`, to `topic`: which run, and what to do. It may be told twice."""

    def __init__(self, scope: Construct, config: StageConfig, machine: StateMachine, topic: Topic) -> None:
        # https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        pattern = events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={
                "stateMachineArn": [machine.state_machine_arn],
                "status": ["FAILED", "TIMED_OUT", "ABORTED"],
            },
        )
        super().__init__(scope, "FailedRuns", rule_name=f"{config.prefix}-failed-runs", event_pattern=pattern)
        status, run = (events.EventField.from_path(f"$.detail.{name}") for name in ("status", "executionArn"))
        text = events.RuleTargetInput.from_text(f"A campaign's run ended as {status}: {ADVICE} {run}")
        self.add_target(targets.SnsTopic(topic, message=text))
