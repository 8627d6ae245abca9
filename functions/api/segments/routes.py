"""Segments."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.audience.filters.schema import filter_schema
from functions.api.gate import places
from functions.api.gate.answers import created, found, gone
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.segments.schemas import FilterSchemaView, SegmentChange, SegmentDraft, SegmentView

routes = Routes("Segments")


@routes.post("/v1/segments", Permission.DRAFT, "Create a segment", status=201, problems=(402,))
def create_segment(
    segment: SegmentDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[SegmentView]:
    """A dynamic segment's filter is checked whole: each mistake is answered (422) with its place, its value and what is
    allowed there. A static segment begins as an empty list."""
    repeatable = creation(caller, "/v1/segments", key, segment.model_dump(mode="json", exclude_unset=True))
    made = services.segments.create(caller.tenant_id, caller.subject, segment.fields(), repeatable)
    entity = made.entity
    return created(SegmentView.of(entity), f"/v1/segments/{entity.id}", entity.version, replayed=made.replayed)


@routes.get("/v1/segments", Permission.READ, "List segments")
def list_segments(
    caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[SegmentView]]:
    """All segments of the tenant in a stable order."""
    scope = CursorScope(caller.tenant_id, "segments", places.ID)
    segments = services.segments.page(caller.tenant_id, limit, scope.after(cursor))
    last = segments[-1].id if len(segments) == limit else None
    return found(Page(items=[SegmentView.of(one) for one in segments], next_cursor=scope.cursor(last)))


@routes.get("/v1/segments/schema", Permission.READ, "Read the schema of filters")
def read_filter_schema(caller: CurrentCaller) -> Response[FilterSchemaView]:
    """The JSON Schema (2020-12) of `filter_json`, with every field, its operators and their values. Beyond it, a filter
    has at most 100 conditions, 16 KB and 10 campaigns, a range begins at its lower bound, and dates are real ones."""
    return found(FilterSchemaView.model_validate(filter_schema()))


@routes.get("/v1/segments/<segment_id>", Permission.READ, "Read a segment")
def read_segment(segment_id: str, caller: CurrentCaller, services: Services) -> Response[SegmentView]:
    """One segment."""
    segment = services.segments.get(caller.tenant_id, segment_id)
    return found(SegmentView.of(segment), segment.version)


@routes.patch("/v1/segments/<segment_id>", Permission.DRAFT, "Edit a segment", problems=(409, 428))
def edit_segment(
    segment_id: str, change: SegmentChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[SegmentView]:
    """Changes the fields that are sent. Campaigns that are submitted keep the filter they were submitted with; who
    meets it is found out when they are sent."""
    version = expected_version(if_match, change.version)
    segment = services.segments.change(caller.tenant_id, segment_id, change.fields(), version)
    return found(SegmentView.of(segment), segment.version)


@routes.delete("/v1/segments/<segment_id>", Permission.DRAFT, "Delete a segment", status=204, problems=(409, 428))
def delete_segment(
    segment_id: str, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[None]:
    """Needs `If-Match`. Refused (409) while a campaign that is under review, approved, scheduled or being planned names
    it; a draft that names it is refused at submit."""
    services.segment_members.delete(caller.tenant_id, segment_id, expected_version(if_match, None))
    return gone()
