"""What the roles of the deployed functions allow with SES, for the simulator, which stands outside of the emulator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

Client = Callable[[str], Any]
Statements = list[dict[str, list[str]]]


def ses_rights(client: Client) -> dict[str, Statements]:
    """By the access key that the emulator gives each function: the SES statements of its role. `client` makes clients
    of the emulator."""
    functions = client("lambda").get_paginator("list_functions").paginate()
    iam = client("iam")
    return {
        access_key(one["FunctionArn"], one["Role"]): list(_statements(iam, one["Role"].rpartition("/")[2]))
        for page in functions
        for one in page["Functions"]
    }


def access_key(function_arn: str, role_arn: str) -> str:
    """As ministack makes it (core/lambda_runtime.py, execution_credentials)."""
    digest = hashlib.sha256(f"{function_arn}:{role_arn}".encode()).hexdigest()
    return f"ASIA{digest[:16].upper()}"


def _statements(iam: Any, role: str) -> Iterator[dict[str, list[str]]]:
    for document in _documents(iam, role):
        for statement in document["Statement"]:
            actions = [one for one in _listed(statement["Action"]) if one.startswith("ses:")]
            if actions and statement["Effect"] == "Allow":
                yield {"actions": actions, "resources": _listed(statement["Resource"])}


def _documents(iam: Any, role: str) -> Iterator[dict[str, Any]]:
    """The role's own policies, and that which CDK attaches when these grow too long."""
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
