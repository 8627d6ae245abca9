"""The group of one-time schedules by which things are looked at again later."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk.aws_scheduler import CfnScheduleGroup
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.asynchronous import arn_by_name, catch
from infra.constructs.one_time_schedules import allow_scheduling, scheduler_role
from infra.constructs.python_function import PythonFunction

# What looks at things: a test holds this against the adapter that makes the schedules.
FUNCTIONS = ("privacy_requests", "run_series", "tend_messages")


class Revisits(Construct):
    """Schedules that each invoke the function of their kind. These functions make some themselves: so they are known by
    their names here. What can't be invoked for an hour goes to `dead_letters`, with the ARN of its function."""

    def __init__(self, scope: Construct, config: StageConfig, dead_letters: Queue) -> None:
        super().__init__(scope, "Revisits")
        self._group, self._dead_letters = f"{config.prefix}-revisits", dead_letters
        self._functions_arn = arn_by_name(self, config, "")
        CfnScheduleGroup(self, "Group", name=self._group)
        self._role = scheduler_role(self)
        functions = [arn_by_name(self, config, name) for name in FUNCTIONS]
        for action, resources in (("lambda:InvokeFunction", functions), ("sqs:SendMessage", [dead_letters.queue_arn])):
            self._role.add_to_policy(iam.PolicyStatement(actions=[action], resources=resources))

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs to know to arrange looks."""
        return {
            "ARIIA_REVISIT_GROUP": self._group,
            "ARIIA_REVISIT_FUNCTIONS_ARN": self._functions_arn,
            "ARIIA_REVISIT_ROLE_ARN": self._role.role_arn,
            "ARIIA_REVISIT_DLQ_ARN": self._dead_letters.queue_arn,
        }

    def catch(self, function: PythonFunction) -> None:
        """Lets Lambda repeat what `function` fails at twice, and then send it to the dead letters."""
        catch(function, self._dead_letters)

    def allow_arranging(self, function: PythonFunction, *, and_taking_back: bool = False) -> None:
        """Lets `function` arrange looks, and take them back before they start."""
        allow_scheduling(function, self._group, self._role, and_deleting=and_taking_back)
