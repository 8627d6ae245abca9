"""Addresses that get nothing more."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.channel import Channel
from functions.api.consent.schemas import LiftedView, LiftInput, ReasonName, SuppressedAddressView, SuppressionDraft
from functions.api.gate import places
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.members.schemas import ChannelName

routes = Routes("Suppressions")
OfChannel = Annotated[ChannelName | None, Query(description="Only of this channel.")]
WithReason = Annotated[ReasonName | None, Query(description="Only for this reason.")]
Address = Annotated[str | None, Query(max_length=320, description="Only this address; needs `channel`, else e-mail.")]


@routes.get("/v1/suppressions", Permission.READ, "List suppressions")
def list_suppressions(
    caller: CurrentCaller,
    services: Services,
    channel: OfChannel = None,
    reason: WithReason = None,
    address: Address = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response[Page[SuppressedAddressView]]:
    """Suppressed addresses in a stable order, whether a member has them or not. With `reason`, a page may hold fewer
    items than `limit`, or none, and still lead on."""
    listed, tenant = services.suppressions, caller.tenant_id
    if address is not None:
        items, place = listed.with_address(tenant, Channel(channel or "email"), address), None
    else:
        scope = CursorScope(tenant, f"suppressions?channel={channel or ''}&reason={reason or ''}", places.SUPPRESSION)
        only = Channel(channel) if channel else None
        page = listed.page(tenant, limit, scope.after(cursor), only, reason)
        items, place = page.items, scope.cursor(page.after)
    views = [SuppressedAddressView.of(one, listed.members_of(tenant, one)) for one in items]
    return found(Page(items=views, next_cursor=place))


@routes.post("/v1/suppressions", Permission.EDIT_MEMBERS, "Suppress an address", status=201)
def add_suppression(
    body: SuppressionDraft, caller: CurrentCaller, services: Services
) -> Response[SuppressedAddressView]:
    """Holds at once for every member who has the address, and for whoever gets it later. An address that is suppressed
    already stays as it is, so that repeating the request is harmless."""
    made = services.suppressions.add(caller.tenant_id, Channel(body.channel), body.address, body.reason, caller.subject)
    view = SuppressedAddressView.of(made, services.suppressions.members_of(caller.tenant_id, made))
    return created(view, f"/v1/suppressions/{made.id}")


@routes.get("/v1/suppressions/<suppression_id>", Permission.READ, "Read a suppression")
def read_suppression(suppression_id: str, caller: CurrentCaller, services: Services) -> Response[SuppressedAddressView]:
    """One suppressed address."""
    one = services.suppressions.get(caller.tenant_id, suppression_id)
    return found(SuppressedAddressView.of(one, services.suppressions.members_of(caller.tenant_id, one)))


@routes.post("/v1/suppressions/<suppression_id>/lift", Permission.ADMINISTER, "Lift a suppression")
def lift_suppression(
    suppression_id: str, body: LiftInput, caller: CurrentCaller, services: Services
) -> Response[LiftedView]:
    """Frees the address and every member who has it. What was reported before the lift does not suppress it again; a
    bounce or complaint from then on does. Consent is another matter, and stays as it is."""
    freed = services.suppressions.lift(caller.tenant_id, suppression_id, body.reason, caller.subject)
    return found(LiftedView(id=suppression_id, member_ids=freed))
