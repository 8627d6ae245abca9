"""The tenant's own settings, for its admin. Name, zone and imprint are set at /v1/tenant, the plan by the platform."""

from __future__ import annotations

from dataclasses import replace

from aws_lambda_powertools.event_handler import Response

from ariia.domain.errors import InvalidError
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IfMatch, Services
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.tenants.settings_schemas import OwnSettingsChange, OwnSettingsView

routes = Routes("Settings")


@routes.get("/v1/settings", Permission.READ, "Read the settings", problems=(404,))
def read_settings(caller: CurrentCaller, services: Services) -> Response[OwnSettingsView]:
    """The choices that hold for everything the tenant sends; 404 when the platform has not made the tenant."""
    tenant = services.tenants.get(caller.tenant_id)
    return found(OwnSettingsView.of(tenant), tenant.version)


@routes.patch("/v1/settings", Permission.ADMINISTER, "Change the settings", problems=(404, 409, 428))
def change_settings(
    change: OwnSettingsChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[OwnSettingsView]:
    """Changes the settings that the body names. The version is the tenant's, as in /v1/tenant."""
    version = expected_version(if_match, change.version)
    try:
        tenant = services.tenants.change(caller.tenant_id, {"settings": change.changes()}, version, caller.subject)
    except InvalidError as error:
        raise _as_named_here(error) from None
    return found(OwnSettingsView.of(tenant), tenant.version)


def _as_named_here(error: InvalidError) -> InvalidError:
    """The settings are fields of the body here, not of an object in it as at /v1/tenant."""
    problems = [replace(one, field=one.field.removeprefix("settings.")) for one in error.problems]
    return InvalidError("the settings are not valid", problems=problems)
