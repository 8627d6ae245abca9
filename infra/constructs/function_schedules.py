"""A group of one-time schedules that each wake up one function."""

from __future__ import annotations

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_scheduler import CfnScheduleGroup
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.asynchronous import arn_by_name, catch
from infra.constructs.python_function import PythonFunction


class FunctionSchedules(Construct):
    """Schedules that invoke `function`, which makes some itself: so it is known by its name here. What can't be invoked
    for an hour goes to `dead_letters`. `name` is that of the group, `setting` what its variables begin with."""

    def __init__(
        self, scope: Construct, config: StageConfig, name: str, setting: str, function: str, dead_letters: Queue
    ) -> None:
        super().__init__(scope, "".join(part.title() for part in name.split("-")) + "Schedules")
        self._group, self._setting, self._dead_letters = f"{config.prefix}-{name}", setting, dead_letters
        CfnScheduleGroup(self, "Group", name=self._group)
        self._arn = arn_by_name(self, config, function)
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        scheduler = iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account)
        self._role = iam.Role(self, "Role", assumed_by=scheduler)
        for action, resource in (("lambda:InvokeFunction", self._arn), ("sqs:SendMessage", dead_letters.queue_arn)):
            self._role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[resource]))

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs to know to make them."""
        start = f"ARIIA_{self._setting}"
        return {
            f"{start}_GROUP": self._group,
            f"{start}_ARN": self._arn,
            f"{start}_ROLE_ARN": self._role.role_arn,
            f"{start}_DLQ_ARN": self._dead_letters.queue_arn,
        }

    def catch(self, function: PythonFunction) -> None:
        """Lets Lambda repeat what `function` fails at twice, and then send it to the dead letters."""
        catch(function, self._dead_letters)

    def allow_scheduling(self, function: PythonFunction, *, and_deleting: bool = False) -> None:
        """Lets `function` make schedules of this group, and delete them before they fire."""
        schedules = Stack.of(self).format_arn(
            service="scheduler", resource="schedule", resource_name=f"{self._group}/*"
        )
        actions = ["scheduler:CreateSchedule", *(["scheduler:DeleteSchedule"] if and_deleting else [])]
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[schedules]))
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self._role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            )
        )
        named = f"arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/{self._group}/*"
        accept(
            function.role or function,
            {f"IAM5[Resource::{named}]": "The schedules of this one group, which are made one by one."},
        )
