"""The audit trail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.identifiers import ID_PATTERN
from functions.api.consent.schemas import AuditEntryView
from functions.api.gate import places
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes

routes = Routes("Audit")
OfMember = Annotated[str | None, Query(pattern=ID_PATTERN, description="Only about this member, erased ones too.")]


@routes.get("/v1/audit", Permission.ADMINISTER, "Read the audit trail")
def read_audit(
    caller: CurrentCaller,
    services: Services,
    member_id: OfMember = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response[Page[AuditEntryView]]:
    """Every change of consent, suppression, tracking choice and settings, every deletion, export and erasure, newest
    first. Entries are written together with the change and never altered, except that an erasure takes out who it was
    about."""
    scope = CursorScope(caller.tenant_id, f"audit?member_id={member_id or ''}", places.AUDIT_ENTRY)
    page = services.audit.page(caller.tenant_id, limit, scope.after(cursor), member_id)
    items = [AuditEntryView.of(one) for one in page.entries]
    return found(Page(items=items, next_cursor=scope.cursor(page.after)))
