"""Least privilege with SES, whose resources CDK has no grant methods for."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.constructs.accepted import accept
from infra.constructs.email_events import EmailEvents
from infra.constructs.python_function import PythonFunction

_IDENTITIES, _TEMPLATES = (
    f"arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:{kind}/*" for kind in ("identity", "template")
)


def allow_sending(function: PythonFunction, events: EmailEvents) -> None:
    """To many at once, from any verified identity of this account, and only with the stage's configuration sets.

    SES asks for the action of both its APIs, and both must be allowed on some template although the content is in the
    call itself: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html,
    https://github.com/anymail/django-anymail/issues/384"""
    actions = ["ses:SendBulkEmail", "ses:SendBulkTemplatedEmail"]
    templates = Stack.of(function).format_arn(service="ses", resource="template", resource_name="*")
    resources = [_identities(function), templates, *events.arns()]
    function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=resources))
    _accept(function, f"IAM5[Resource::{_IDENTITIES}]", "Tenants add their sender domains while the engine runs.")
    _accept(function, f"IAM5[Resource::{_TEMPLATES}]", "Nobody makes templates; SES only asks for the right.")


def allow_probing(function: PythonFunction, events: EmailEvents) -> None:
    """Single messages to SES's mailbox simulator, as a tracked campaign would send them."""
    resources = [_identities(function), events.arn("tracked")]
    function.add_to_role_policy(iam.PolicyStatement(actions=["ses:SendEmail"], resources=resources))
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
