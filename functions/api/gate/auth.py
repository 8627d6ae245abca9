"""Who is calling, and what that role may do. The tenant comes from the verified token and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ariia.domain.errors import ForbiddenError
from ariia.domain.identifiers import is_id
from functions.api.gate.errors import UnauthorizedError


class Role(StrEnum):
    """The roles of the product page, as they stand in the token."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"
    AGENT = "agent"
    CONNECTOR = "connector"
    PLATFORM = "platform"


class Permission(StrEnum):
    """What an operation asks for."""

    READ = "read"
    DRAFT = "draft"
    REVIEW = "review"
    SEND = "send"
    EDIT_MEMBERS = "edit_members"
    TELL_EVENTS = "tell_events"
    HEAR_ANSWERS = "hear_answers"
    ADMINISTER = "administer"
    MANAGE_TENANTS = "manage_tenants"


_P = Permission
_CONNECTOR = frozenset({_P.TELL_EVENTS, _P.HEAR_ANSWERS})
_EDITOR = _CONNECTOR | {_P.READ, _P.DRAFT, _P.SEND, _P.EDIT_MEMBERS}
_APPROVER = frozenset({_P.READ, _P.REVIEW, _P.SEND})
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.READ}),
    Role.EDITOR: _EDITOR,
    Role.APPROVER: _APPROVER,
    Role.ADMIN: _EDITOR | _APPROVER | {_P.ADMINISTER},
    Role.AGENT: frozenset({_P.READ, _P.DRAFT, _P.TELL_EVENTS}),
    Role.CONNECTOR: _CONNECTOR,
    Role.PLATFORM: frozenset({_P.MANAGE_TENANTS}),
}
# Operations on the deployment rather than on one tenant's data: the token needs no tenant.
WITHOUT_TENANT = frozenset({_P.MANAGE_TENANTS})


@dataclass(frozen=True)
class Caller:
    """The verified identity behind a request. `tenant_id` is empty only for operations of the platform role."""

    tenant_id: str
    subject: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """True when one of the caller's roles grants `permission`. An agent may never do more than agents may, whatever
        else its token says: a model that was talked into something acts with it."""
        if Role.AGENT in self.roles and permission not in GRANTS[Role.AGENT]:
            return False
        return any(permission in GRANTS[role] for role in self.roles)


def caller_of(event: Mapping[str, Any], tenant_claim: str, roles_claim: str) -> Caller:
    """The caller named by the JWT authorizer's claims. ForbiddenError when they name nobody; UnauthorizedError when
    there are none, which API Gateway does not let through."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if not claims:
        raise UnauthorizedError("a bearer token is required")
    subject = str(claims.get("sub") or "")
    if not subject:
        raise ForbiddenError("the token names no subject (its claim `sub` is missing)")
    tenant_id = str(claims.get(tenant_claim) or "")
    return Caller(tenant_id if is_id(tenant_id) else "", subject[:128], parse_roles(claims.get(roles_claim)))


def parse_roles(claim: object) -> frozenset[Role]:
    """The known roles in a claim. An HTTP API hands lists over as `[admin editor]`; others write JSON or commas."""
    words = [str(item) for item in claim] if isinstance(claim, list | tuple) else [str(claim or "")]
    separated = " ".join(words).translate(str.maketrans('[],"', "    "))
    return frozenset(Role(word) for word in separated.split() if word in set(Role))


def require(caller: Caller, permission: Permission) -> None:
    """ForbiddenError when the caller lacks the permission, or the tenant that the operation is about."""
    if not caller.may(permission):
        raise ForbiddenError(f"this needs the role {' or '.join(roles_with(permission))}")
    if permission not in WITHOUT_TENANT and not caller.tenant_id:
        raise ForbiddenError("the token names no tenant")


def roles_with(permission: Permission) -> list[Role]:
    """The roles that grant `permission`, in the order of the product page."""
    return [role for role, granted in GRANTS.items() if permission in granted]


def roles_and_permissions() -> list[tuple[str, list[str]]]:
    """Every role with what it may do, for people to read."""
    order = list(Permission)
    return [
        (role, [permission.replace("_", " ") for permission in sorted(granted, key=order.index)])
        for role, granted in GRANTS.items()
    ]
