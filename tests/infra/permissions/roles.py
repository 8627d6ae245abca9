"""The roles of a stage: what each is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.infra.templates import Resource, Templates

from .arns import text_of
from .needs import Need


@dataclass(frozen=True)
class Grant:
    """One action on one pattern of ARNs, under conditions (as JSON)."""

    action: str
    resource: str
    conditions: str = "{}"

    def allows(self, need: Need) -> bool:
        """Whether this is enough for `need`. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""
        return (
            fnmatchcase(need.action.lower(), self.action.lower())
            and fnmatchcase(need.resource, self.resource)
            and _holds(json.loads(self.conditions), dict(need.context))
        )


def refused(needs: Iterable[Need], grants: Iterable[Grant]) -> set[Need]:
    """Those that no grant allows."""
    known = list(grants)
    return {need for need in needs if not any(grant.allows(need) for grant in known)}


def grants_of(templates: Templates, role: Resource) -> set[Grant]:
    """All that the role's policies allow. Raises AssertionError for what this page does not know."""
    found: set[Grant] = set()
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in templates.resources(kind) if templates.count(kind) else ():
            owners = [templates.resolve(one, policy.stack) for one in policy.properties.get("Roles", [])]
            if (role.stack, role.logical_id) in owners:
                for statement in policy.properties["PolicyDocument"]["Statement"]:
                    found |= set(_grants(templates, statement, policy.stack))
    return found


def _grants(templates: Templates, statement: dict[str, Any], stack: str) -> Iterator[Grant]:
    assert statement["Effect"] == "Allow", "a role of ours denies nothing"
    conditions = json.dumps(statement.get("Condition", {}), sort_keys=True)
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            # A pattern's [ would mean a set of characters here, and means itself in IAM.
            yield Grant(action, text_of(templates, resource, stack).replace("[", "[[]"), conditions)


def _holds(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    """Every key must be in the request: a condition on one that never comes never holds."""
    for operator, wanted in conditions.items():
        assert operator in ("StringEquals", "StringLike"), operator
        for key, values in wanted.items():
            if not any(fnmatchcase(context.get(key, ""), one) for one in _listed(values)) or key not in context:
                return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
