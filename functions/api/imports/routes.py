"""Members in bulk."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.imports.job import ContactStatus, ImportFormat
from ariia.services.imports.imports import LineList
from functions.api.gate import places
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.imports.schemas import ImportDraft, ImportJobView, RejectedLineView, WarningLineView

routes = Routes("Imports")


@routes.post("/v1/imports", Permission.EDIT_MEMBERS, "Begin an import", status=201)
def create_import(
    body: ImportDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[ImportJobView]:
    """Answers with a URL to PUT the file to (up to 1 GB and a million lines); the import begins by itself when it has
    arrived. Empty cells and left-out fields change nothing, tags are replaced, attributes merged. A member counts once:
    by its first line; a line without an id is about the member who has its address. The same file again changes
    nothing, and a yes without a date, or from before the member's no, never undoes that no. A no is the address's: it
    reaches everybody who has it, and counts even where its line is rejected."""
    repeatable = creation(caller, "/v1/imports", key, body.model_dump(mode="json"))
    kind = ImportFormat(body.format)
    made = services.imports.create(
        caller.tenant_id,
        kind,
        caller.subject,
        body.file_name,
        repeatable,
        send_confirmations=body.send_confirmations,
        contact_status=ContactStatus(body.contact_status) if body.contact_status else None,
    )
    location = f"/v1/imports/{made.entity.job.id}"
    return created(ImportJobView.of(made.entity), location, replayed=made.replayed)


@routes.get("/v1/imports", Permission.READ, "List imports")
def list_imports(
    caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[ImportJobView]]:
    """Imports of the last 30 days, newest first."""
    scope = CursorScope(caller.tenant_id, "imports", places.ID)
    views = services.imports.page(caller.tenant_id, limit, scope.after(cursor))
    last = views[-1].job.id if len(views) == limit else None
    return found(Page(items=[ImportJobView.of(one) for one in views], next_cursor=scope.cursor(last)))


@routes.get("/v1/imports/<import_id>", Permission.READ, "Follow an import")
def read_import(import_id: str, caller: CurrentCaller, services: Services) -> Response[ImportJobView]:
    """How far it is; the figures grow while it runs."""
    return found(ImportJobView.of(services.imports.get(caller.tenant_id, import_id)))


@routes.get("/v1/imports/<import_id>/rejected", Permission.READ, "List rejected lines")
def list_rejected(
    import_id: str, caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[RejectedLineView]]:
    """The lines that were not imported, in the order of the file, each with its problems; of the parts that are
    finished. Kept for as long as the file is."""
    scope = CursorScope(caller.tenant_id, f"imports/{import_id}/rejected", places.LISTED_LINE)
    page = services.imports.lines(caller.tenant_id, import_id, LineList.REJECTED, limit, scope.after(cursor))
    return found(Page(items=[RejectedLineView.of(one) for one in page.lines], next_cursor=scope.cursor(page.after)))


@routes.get("/v1/imports/<import_id>/warnings", Permission.READ, "List lines with warnings")
def list_warnings(
    import_id: str, caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[WarningLineView]]:
    """The lines that were imported without something that does not fit here, or with it changed, in the order of the
    file; of the parts that are finished. Kept for as long as the file is."""
    scope = CursorScope(caller.tenant_id, f"imports/{import_id}/warnings", places.LISTED_LINE)
    page = services.imports.lines(caller.tenant_id, import_id, LineList.WARNINGS, limit, scope.after(cursor))
    return found(Page(items=[WarningLineView.of(one) for one in page.lines], next_cursor=scope.cursor(page.after)))
