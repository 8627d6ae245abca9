"""What callers may do, decided as IAM would: each action on each resource that it asks about.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.local.providers.ses.errors import ServiceError
from infra.local.providers.ses.events.records import ACCOUNT_ID, REGION
from infra.local.providers.ses.sending.addresses import bare_address, domain_of
from infra.local.providers.ses.shapes import JsonObject, string

_CREDENTIAL = re.compile(r"Credential=([^/]+)/")
_NAMELESS = {"GetAccount"}
# SES asks for the action of its first API as well: https://github.com/anymail/django-anymail/issues/384
_FIRST_API = {"SendBulkEmail": "SendBulkTemplatedEmail"}


@dataclass(frozen=True, slots=True)
class Statement:
    """Patterns of actions, each allowed on what the patterns of ARNs mean."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def allows(self, action: str, resource: str) -> bool:
        """Whether that action on that ARN is among it."""
        known = any(fnmatchcase(action.lower(), one.lower()) for one in self.actions)
        return known and any(fnmatchcase(resource, one) for one in self.resources)


class Rights:
    """By access key. Whose rights nobody told about may do everything, like an account's root."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[Statement, ...]] = {}

    def grant(self, rights: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Takes `{key: [{"actions": […], "resources": […]}]}` in the place of what was known. Raises ValueError."""
        try:
            self._of = {
                key: tuple(Statement(tuple(one["actions"]), tuple(one["resources"])) for one in statements)
                for key, statements in rights.items()
            }
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("rights take an access key with a list of actions and resources") from error

    def as_json(self) -> dict[str, Any]:
        """As `grant` takes them."""
        return {
            key: [{"actions": list(one.actions), "resources": list(one.resources)} for one in statements]
            for key, statements in self._of.items()
        }

    def check(self, authorization: str, operation: str, names: Sequence[str], body: JsonObject) -> None:
        """Raises AccessDeniedException as SES does."""
        found = _CREDENTIAL.search(authorization)
        statements = self._of.get(found[1]) if found else None
        if statements is None:
            return
        for action, resource in _asked(operation, names, body):
            if not any(one.allows(action, resource) for one in statements):
                message = f"The caller is not authorized to perform `{action}' on resource `{resource}'"
                raise ServiceError("AccessDeniedException", message, 403)


def _asked(operation: str, names: Sequence[str], body: JsonObject) -> Iterator[tuple[str, str]]:
    if operation.startswith("Send"):
        for action in filter(None, (operation, _FIRST_API.get(operation))):
            for resource in _of_message(action, body):
                yield f"ses:{action}", resource
        return
    resource = "*" if operation in _NAMELESS else _named(operation, names, body)
    yield f"ses:{operation}", resource
    if operation.startswith("Create") and body.get("Tags"):
        yield "ses:TagResource", resource


def _of_message(action: str, body: JsonObject) -> Iterator[str]:
    yield _arn("identity", domain_of(bare_address(string(body, "FromEmailAddress") or "")))
    configuration_set = string(body, "ConfigurationSetName")
    if configuration_set:
        yield _arn("configuration-set", configuration_set)
    if "Bulk" in action:
        # Required although the template is in the call; which name SES asks about then is not documented.
        yield _arn("template", "inline")


def _named(operation: str, names: Sequence[str], body: JsonObject) -> str:
    return _arn("identity", names[0] if names else string(body, "EmailIdentity") or "")


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:{kind}/{name}"
