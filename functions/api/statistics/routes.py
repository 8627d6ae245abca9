"""Figures."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate.actions import totals_of
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.statistics.schemas import StatisticsView

routes = Routes("Analytics")


@routes.get("/v1/campaigns/<campaign_id>/stats", Permission.READ, "Read a campaign's figures")
def read_campaign_statistics(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[StatisticsView]:
    """Counts by outcome and exclusion reason with rates; opens and clicks by machines are apart."""
    campaign = services.campaigns.get(caller.tenant_id, campaign_id)
    totals = totals_of(services, campaign)
    return found(StatisticsView.of(campaign, totals, services.campaign_actions.waits(campaign, totals)))
