"""Recipients of a campaign: who got it, who did not, and why."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.ledger.receipt import RecipientStatus
from ariia.services.recipients import RecipientFilter
from functions.api.gate import places
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.recipients.schemas import ReasonName, RecipientStory, RecipientView, StatusName

routes = Routes("Recipients")


@routes.get("/v1/campaigns/<campaign_id>/recipients", Permission.READ, "List recipients")
def list_recipients(
    campaign_id: str,
    caller: CurrentCaller,
    services: Services,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[StatusName | None, Query(description="Only recipients of this status.")] = None,
    reason: Annotated[ReasonName | None, Query(description="Only those excluded for this reason.")] = None,
) -> Response[Page[RecipientView]]:
    """The campaign's recipients in the order of the ledger. With a filter, a page may hold fewer recipients than asked
    for, even none: go on until `next_cursor` is null."""
    scope = CursorScope(caller.tenant_id, f"recipients/{campaign_id}/{status}/{reason}", places.RECIPIENT)
    wanted = RecipientFilter(RecipientStatus(status) if status else None, reason)
    page = services.recipients.page(caller.tenant_id, campaign_id, limit, scope.after(cursor), wanted)
    return found(Page(items=[RecipientView.of(row) for row in page.rows], next_cursor=scope.cursor(page.next)))


@routes.get("/v1/campaigns/<campaign_id>/recipients/<member_id>", Permission.READ, "Read one recipient's story")
def read_recipient(
    campaign_id: str, member_id: str, caller: CurrentCaller, services: Services
) -> Response[RecipientStory]:
    """Did this member get it, and if not why? With a timeline of everything that happened. 404 for a member who is no
    recipient; its `detail` says whether planning is over."""
    return found(RecipientStory.of_story(services.recipients.story(caller.tenant_id, campaign_id, member_id)))
