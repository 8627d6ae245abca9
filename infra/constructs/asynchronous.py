"""Functions that are invoked asynchronously, some of them by themselves."""

from __future__ import annotations

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_lambda_destinations import SqsDestination
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.python_function import PythonFunction


def catch(function: PythonFunction, dead_letters: Queue) -> None:
    """Lets Lambda repeat what `function` fails at twice, and then send it to `dead_letters`; so too what finds no free
    concurrency for six hours."""
    function.configure_async_invoke(
        on_failure=SqsDestination(dead_letters), retry_attempts=2, max_event_age=Duration.hours(6)
    )


def allow_invoking(caller: PythonFunction, function_arn: str) -> None:
    """Lets `caller` invoke that one function."""
    caller.add_to_role_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn]))


def arn_by_name(scope: Construct, config: StageConfig, folder: str) -> str:
    """Of the function of `folder`, for what that function itself must know before it exists."""
    return Stack.of(scope).format_arn(
        service="lambda",
        resource="function",
        resource_name=f"{config.prefix}-{folder.replace('_', '-')}",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
