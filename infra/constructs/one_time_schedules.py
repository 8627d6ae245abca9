"""EventBridge Scheduler: one-time schedules that functions make, and ticks that start a function again and again."""

from __future__ import annotations

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_scheduler import CfnSchedule, CfnScheduleGroup
from aws_cdk.aws_sqs import Queue
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.python_function import PythonFunction


class OneTimeSchedules(Construct):
    """A group of schedules that each start one execution of `machine` and delete themselves. What can't be started goes
    to `dead_letters`."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, machine: StateMachine, dead_letters: Queue
    ) -> None:
        super().__init__(scope, f"{name.title()}Schedules")
        self.group = f"{config.prefix}-{name}"
        self._dead_letters = dead_letters
        CfnScheduleGroup(self, "Group", name=self.group)
        self._role = scheduler_role(self)
        machine.grant_start_execution(self._role)
        self._role.add_to_principal_policy(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn])
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs to know to make schedules."""
        return {
            "ARIIA_SCHEDULE_GROUP": self.group,
            "ARIIA_SCHEDULE_ROLE_ARN": self._role.role_arn,
            "ARIIA_SCHEDULE_DLQ_ARN": self._dead_letters.queue_arn,
        }

    def allow_scheduling(self, function: PythonFunction, *, and_deleting: bool = False) -> None:
        """Lets `function` make schedules of this group, and delete them before they fire."""
        allow_scheduling(function, self.group, self._role, and_deleting=and_deleting)


def allow_scheduling(function: PythonFunction, group: str, role: iam.Role, *, and_deleting: bool) -> None:
    """Lets `function` make schedules of `group` that act as `role`, and delete them before they fire."""
    schedules = Stack.of(role).format_arn(service="scheduler", resource="schedule", resource_name=f"{group}/*")
    actions = ["scheduler:CreateSchedule", *(["scheduler:DeleteSchedule"] if and_deleting else [])]
    function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[schedules]))
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        )
    )
    found = f"arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/{group}/*"
    reason = "The schedules of this one group, which are made one by one."
    accept(function.role or function, {f"IAM5[Resource::{found}]": reason})


def tick(scope: Construct, name: str, config: StageConfig, function: PythonFunction, minutes: int) -> None:
    """Starts `function` every so many minutes. A tick that fails is not repeated: the next one is near."""
    role = scheduler_role(scope, f"{name.title()}TickRole")
    role.add_to_principal_policy(
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
    )
    CfnSchedule(
        scope,
        f"{name.title()}Tick",
        name=f"{config.prefix}-{name}",
        schedule_expression=f"rate({minutes} minute{'s' if minutes > 1 else ''})",
        flexible_time_window=CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=CfnSchedule.TargetProperty(
            arn=function.function_arn,
            role_arn=role.role_arn,
            input="{}",
            retry_policy=CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=0, maximum_event_age_in_seconds=60),
        ),
    )


def scheduler_role(scope: Construct, name: str = "Role") -> iam.Role:
    """A role that schedules of this account act as."""
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    return iam.Role(scope, name, assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account))
