"""The plan and what is used of it."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.tenants.usage_schemas import UsageView

routes = Routes("Plan")


@routes.get("/v1/usage", Permission.READ, "Read the plan and its use")
def read_usage(caller: CurrentCaller, services: Services) -> Response[UsageView]:
    """Each limit with what is used, reserved and left of it, and when it starts anew. A change of the plan holds at
    once."""
    return found(UsageView.of(services.quotas.usage(caller.tenant_id)))
