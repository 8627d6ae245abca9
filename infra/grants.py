"""Least privilege with SES, whose resources CDK has no grant methods for."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.constructs.accepted import accept
from infra.constructs.email_events import EmailEvents
from infra.constructs.python_function import PythonFunction

_IDENTITIES = "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*"


def allow_sending(function: PythonFunction, events: EmailEvents, *actions: str) -> None:
    """Any verified identity of this account, and only with the stage's configuration sets."""
    resources = [_identities(function), *events.arns()]
    function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=resources))
    _accept(function, f"IAM5[Resource::{_IDENTITIES}]", "Tenants add their sender domains while the engine runs.")


def allow_identity_management(function: PythonFunction) -> None:
    """Adding, reading and removing the sender domains of tenants."""
    actions = [
        "CreateEmailIdentity",
        "TagResource",
        "GetEmailIdentity",
        "DeleteEmailIdentity",
        "PutEmailIdentityFeedbackAttributes",
        "PutEmailIdentityMailFromAttributes",
    ]
    function.add_to_role_policy(
        iam.PolicyStatement(actions=[f"ses:{action}" for action in actions], resources=[_identities(function)])
    )
    _accept(function, f"IAM5[Resource::{_IDENTITIES}]", "Tenants name their sender domains while the engine runs.")


def allow_account_reading(function: PythonFunction) -> None:
    """The account's send rate and quota."""
    function.add_to_role_policy(iam.PolicyStatement(actions=["ses:GetAccount"], resources=["*"]))
    _accept(function, "IAM5[Resource::*]", "GetAccount knows no resources, and neither does X-Ray.")


def _identities(function: PythonFunction) -> str:
    return Stack.of(function).format_arn(service="ses", resource="identity", resource_name="*")


def _accept(function: PythonFunction, finding: str, reason: str) -> None:
    assert function.role is not None
    accept(function.role, {finding: reason})
