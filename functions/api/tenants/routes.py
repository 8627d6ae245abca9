"""Tenants: the platform makes them and sets their plan, their admins set them up."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate import places
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.tenants.schemas import ProfileChange, TenantChange, TenantDraft, TenantView

routes = Routes("Tenants")


@routes.post("/v1/tenants", Permission.MANAGE_TENANTS, "Create a tenant", status=201, problems=(409,))
def create_tenant(
    tenant: TenantDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[TenantView]:
    """Adds a business to the platform. Its id is what the tokens of its users carry; a taken one answers 409."""
    repeatable = creation(caller, "/v1/tenants", key, tenant.model_dump(mode="json"))
    made = services.tenants.create(tenant.tenant(), repeatable)
    entity = made.entity
    return created(TenantView.of(entity), f"/v1/tenants/{entity.id}", entity.version, replayed=made.replayed)


@routes.get("/v1/tenants", Permission.MANAGE_TENANTS, "List tenants")
def list_tenants(
    caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[TenantView]]:
    """All tenants of the platform, in the order of their ids."""
    scope = CursorScope(caller.tenant_id, "tenants", places.ID)
    tenants = services.tenants.page(limit, scope.after(cursor))
    last = tenants[-1].id if len(tenants) == limit else None
    return found(Page(items=[TenantView.of(one) for one in tenants], next_cursor=scope.cursor(last)))


@routes.get("/v1/tenants/<tenant_id>", Permission.MANAGE_TENANTS, "Read a tenant")
def read_tenant(tenant_id: str, services: Services) -> Response[TenantView]:
    """One tenant, for the platform."""
    tenant = services.tenants.get(tenant_id)
    return found(TenantView.of(tenant), tenant.version)


@routes.patch("/v1/tenants/<tenant_id>", Permission.MANAGE_TENANTS, "Change a tenant", problems=(409, 428))
def change_tenant(
    tenant_id: str, change: TenantChange, services: Services, if_match: IfMatch = None
) -> Response[TenantView]:
    """Changes a tenant for the platform, its plan included."""
    version = expected_version(if_match, change.version)
    tenant = services.tenants.change(tenant_id, change.changes(), version)
    return found(TenantView.of(tenant), tenant.version)


@routes.get("/v1/tenant", Permission.READ, "Read your own tenant", problems=(404,))
def read_own_tenant(caller: CurrentCaller, services: Services) -> Response[TenantView]:
    """The tenant that the token names; 404 when the platform has not made it."""
    tenant = services.tenants.get(caller.tenant_id)
    return found(TenantView.of(tenant), tenant.version)


@routes.patch("/v1/tenant", Permission.ADMINISTER, "Set up your own tenant", problems=(404, 409, 428))
def change_own_tenant(
    change: ProfileChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[TenantView]:
    """Changes the name, imprint, defaults and settings of the caller's tenant. The plan is the platform's to change."""
    version = expected_version(if_match, change.version)
    tenant = services.tenants.change(caller.tenant_id, change.changes(), version, caller.subject)
    return found(TenantView.of(tenant), tenant.version)
