"""The tenant's own settings, for its admin. Name, zone and imprint are set at /v1/tenant, the plan by the platform."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.answers import found
from functions.api.auth import Permission
from functions.api.dependencies import CurrentCaller, IfMatch, Services
from functions.api.routing import Routes
from functions.api.schemas.settings import OwnSettingsChange, OwnSettingsView
from functions.api.versions import expected_version

routes = Routes("Settings")


@routes.get("/v1/settings", Permission.READ, "Read the settings")
def read_settings(caller: CurrentCaller, services: Services) -> Response[OwnSettingsView]:
    """The choices that hold for everything the tenant sends; 404 when the platform has not made the tenant."""
    tenant = services.tenants.get(caller.tenant_id)
    return found(OwnSettingsView.of(tenant), tenant.version)


@routes.patch("/v1/settings", Permission.ADMINISTER, "Change the settings", problems=(409, 428))
def change_settings(
    change: OwnSettingsChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[OwnSettingsView]:
    """Changes the settings that the body names. The version is the tenant's, as in /v1/tenant."""
    version = expected_version(if_match, change.version)
    tenant = services.tenants.change(caller.tenant_id, {"settings": change.changes()}, version, caller.subject)
    return found(OwnSettingsView.of(tenant), tenant.version)
