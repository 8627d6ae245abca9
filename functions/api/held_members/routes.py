"""Members held for a person's decision."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.services.release.held_members import Decision
from functions.api.campaigns.shown import shown
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.held_members.schemas import DecidedCampaign, DecisionRequest

routes = Routes("Recipients")


@routes.post(
    "/v1/campaigns/<campaign_id>/decisions", Permission.SEND, "Decide about members held as unknown", problems=(409,)
)
def decide_about_held_members(
    campaign_id: str, request: DecisionRequest, caller: CurrentCaller, services: Services
) -> Response[DecidedCampaign]:
    """With the setting `hold_unknown`, a member whose send has no known outcome is held: `excluded` with the reason
    `needs_decision`. This sends to them again or gives them up; the campaign's history keeps who, when and why.
    Evidence that somebody was reached beats the decision, also when it comes later. A campaign that is over sends again
    for these members alone. Repeating the request changes nothing."""
    done = services.held_members.decide(
        caller.tenant_id, campaign_id, caller.subject, Decision(request.decision), request.member_ids, request.reason
    )
    campaign = done.campaign
    view = DecidedCampaign.of(
        campaign, shown(services, caller, campaign), decided=done.decided, reached=done.reached, not_held=done.not_held
    )
    return found(view, campaign.version)
