"""The preflight of a campaign."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.preflight.job import PreflightStatus
from functions.api.gate.answers import accepted, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.preflight.schemas import PreflightView

routes = Routes("Preflight")


@routes.post("/v1/campaigns/<campaign_id>/preflight", Permission.DRAFT, "Run a preflight", or_else=202)
def run_preflight(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[PreflightView]:
    """Counts who would get the campaign and who would not and why, what it costs, how long it takes and what is wrong
    with it. Answers at once (200) below 20,000 members; above, it answers 202 and the result is read with GET."""
    report = services.preflights.run(caller.tenant_id, campaign_id)
    view = PreflightView.of(report)
    if report.status is PreflightStatus.RUNNING:
        return accepted(view, f"/v1/campaigns/{campaign_id}/preflight")
    return found(view)


@routes.get("/v1/campaigns/<campaign_id>/preflight", Permission.READ, "Read the latest preflight")
def read_preflight(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[PreflightView]:
    """The latest result with its age; 404 when there was none in the last seven days."""
    return found(PreflightView.of(services.preflights.latest(caller.tenant_id, campaign_id)))
