"""Campaigns: made, read, edited."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.campaigns.schemas import CampaignChange, CampaignDraft, StatusName
from functions.api.campaigns.shown import shown
from functions.api.campaigns.views import CampaignSummary, CampaignView, MoveView
from functions.api.gate import places
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version

routes = Routes("Campaigns")


@routes.post("/v1/campaigns", Permission.DRAFT, "Create a campaign", status=201)
def create_campaign(
    campaign: CampaignDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[CampaignView]:
    """Creates a draft. Content and target are checked as far as they go; submit asks for what is still missing."""
    repeatable = creation(caller, "/v1/campaigns", key, campaign.model_dump(mode="json", exclude_unset=True))
    made = services.campaign_editing.create(caller.tenant_id, caller.subject, campaign.fields(), repeatable)
    one = made.entity.campaign
    view = CampaignView.of_details(made.entity, shown(services, caller, one))
    return created(view, f"/v1/campaigns/{one.id}", one.version, replayed=made.replayed)


@routes.get("/v1/campaigns", Permission.READ, "List campaigns")
def list_campaigns(
    caller: CurrentCaller,
    services: Services,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[
        StatusName | None,
        Query(description="Only campaigns in this status; `sending` leaves out those that are paused."),
    ] = None,
    series_id: Annotated[str | None, Query(max_length=64, description="Only campaigns of this series.")] = None,
) -> Response[Page[CampaignSummary]]:
    """Newest first. With a filter, a page may hold fewer than `limit` although `next_cursor` leads on."""
    scope = CursorScope(caller.tenant_id, f"campaigns?status={status}&series_id={series_id}", places.CAMPAIGN)
    page = services.campaigns.page(caller.tenant_id, limit, scope.after(cursor), status, series_id)
    items = [CampaignSummary.of(one, shown(services, caller, one)) for one in page.campaigns]
    return found(Page(items=items, next_cursor=scope.cursor(page.after)))


@routes.get("/v1/campaigns/<campaign_id>", Permission.READ, "Read a campaign")
def read_campaign(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[CampaignView]:
    """The campaign with its draft content and target, and its counters."""
    details = services.campaigns.details(caller.tenant_id, campaign_id)
    view = CampaignView.of_details(details, shown(services, caller, details.campaign))
    return found(view, details.campaign.version)


@routes.patch("/v1/campaigns/<campaign_id>", Permission.DRAFT, "Edit a campaign", problems=(409, 428))
def edit_campaign(
    campaign_id: str, change: CampaignChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[CampaignView]:
    """Changes the fields that are sent. An edit of what was submitted or approved makes it a draft again and
    revokes the approval."""
    version = expected_version(if_match, change.version)
    details = services.campaign_editing.change(caller.tenant_id, campaign_id, caller.subject, change.fields(), version)
    view = CampaignView.of_details(details, shown(services, caller, details.campaign))
    return found(view, details.campaign.version)


@routes.get("/v1/campaigns/<campaign_id>/history", Permission.READ, "Read a campaign's history")
def list_campaign_history(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[Page[MoveView]]:
    """Every move with who, when and why, oldest first, all on one page."""
    moves = services.campaigns.history(caller.tenant_id, campaign_id)
    return found(Page(items=[MoveView.of(move) for move in moves]))
