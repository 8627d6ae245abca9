"""What members may ask for: their data, and to be forgotten (GDPR art. 15, 17, 20)."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.privacy.erasure import ErasureReason
from functions.api.gate import places
from functions.api.gate.answers import accepted, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.privacy.schemas import ErasureInput, ErasureView, MemberExportView

routes = Routes("Privacy")
_MEMBER = "/v1/members/<member_id>"


@routes.post(f"{_MEMBER}/export", Permission.ADMINISTER, "Export a member", status=202)
def export_member(
    member_id: str, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[MemberExportView]:
    """Makes one archive of everything that is stored about the member: their fields with consent, proof and history,
    every message with what became of it and what it said, follow-ups with their context, events, lists, and the entries
    of the audit trail. JSON, and a page to read. It is there for seven days; follow it under `Location`."""
    repeatable = creation(caller, f"/v1/members/{member_id}/export", key, None)
    made = services.member_exports.start(caller.tenant_id, member_id, caller.subject, repeatable)
    location = f"/v1/exports/{made.entity.export.id}"
    return accepted(MemberExportView.of(made.entity), location, replayed=made.replayed)


@routes.get("/v1/exports/<export_id>", Permission.ADMINISTER, "Follow an export")
def read_export(export_id: str, caller: CurrentCaller, services: Services) -> Response[MemberExportView]:
    """How far it is; when it is done, with an address to download the archive from for the next minutes."""
    return found(MemberExportView.of(services.member_exports.get(caller.tenant_id, export_id)))


@routes.post(f"{_MEMBER}/erasure", Permission.ADMINISTER, "Erase a member", status=202)
def erase_member(
    member_id: str, choice: ErasureInput, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[ErasureView]:
    """When this has answered, the member is gone for everything that begins from then on: nothing is planned, sent or
    stored for them, what still waits is excluded as `erased`, and importing them again is refused unless a consent with
    proof from later on is shown. What past campaigns know is taken away in the background; their figures stay. It can't
    be undone. Asking again leads to the same erasure; members who were deleted before can be erased too."""
    repeatable = creation(caller, f"/v1/members/{member_id}/erasure", key, choice.model_dump(mode="json"))
    reason = ErasureReason(choice.reason)
    made = services.erasures.start(caller.tenant_id, member_id, reason, caller.subject, repeatable)
    return accepted(ErasureView.of(made.entity), f"/v1/erasures/{made.entity.id}", replayed=made.replayed)


@routes.get("/v1/erasures", Permission.ADMINISTER, "List erasures")
def list_erasures(
    caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[ErasureView]]:
    """All erasures with their proofs, in an order without a meaning."""
    scope = CursorScope(caller.tenant_id, "erasures", places.ID)
    page, end = services.erasures.page(caller.tenant_id, limit, scope.after(cursor))
    return found(Page(items=[ErasureView.of(one) for one in page], next_cursor=scope.cursor(end)))


@routes.get("/v1/erasures/<erasure_id>", Permission.ADMINISTER, "Follow an erasure")
def read_erasure(erasure_id: str, caller: CurrentCaller, services: Services) -> Response[ErasureView]:
    """How far it is; when it is done, with the proof."""
    return found(ErasureView.of(services.erasures.get(caller.tenant_id, erasure_id)))
