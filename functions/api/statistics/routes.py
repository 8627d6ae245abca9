"""Figures, and counting them anew."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate.actions import totals_of
from functions.api.gate.answers import accepted, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.statistics.schemas import RecountView, StatisticsView

routes = Routes("Analytics")
_RECOUNT = "/v1/campaigns/<campaign_id>/stats/recount"


@routes.get("/v1/campaigns/<campaign_id>/stats", Permission.READ, "Read a campaign's figures")
def read_campaign_statistics(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[StatisticsView]:
    """Counts by outcome and exclusion reason with rates; opens and clicks by machines are apart."""
    campaign = services.campaigns.get(caller.tenant_id, campaign_id)
    totals = totals_of(services, campaign)
    return found(StatisticsView.of(campaign, totals, services.campaign_actions.waits(campaign, totals)))


@routes.post(_RECOUNT, Permission.ADMINISTER, "Recount a campaign's figures", status=202, problems=(409,))
def recount_campaign_statistics(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[RecountView]:
    """Counts the campaign's figures anew from what is known of each recipient, and corrects them where they differ.
    Nothing else of the campaign changes. It takes seconds, for a million recipients minutes; follow it under
    `Location`. While one is at work, asking again leads to it. A campaign that is sending is refused (409): its
    figures move."""
    recount = services.recounts.start(caller.tenant_id, campaign_id, caller.subject)
    return accepted(RecountView.of(campaign_id, recount), f"/v1/campaigns/{campaign_id}/stats/recount")


@routes.get(_RECOUNT, Permission.ADMINISTER, "Follow a recount")
def read_recount(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[RecountView]:
    """The latest recount of the campaign; what was corrected once it is done, or why it came to nothing."""
    return found(RecountView.of(campaign_id, services.recounts.get(caller.tenant_id, campaign_id)))
