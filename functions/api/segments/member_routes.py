"""Who is in a segment: counts, samples, the lists of static ones, and freezing."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.channel import Channel
from functions.api.gate import places
from functions.api.gate.answers import accepted, created, found, gone
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.segments.member_schemas import (
    ChannelName,
    FilterQuestion,
    FreezeInput,
    ListChangeInput,
    ListChangeView,
    ListedMemberView,
    SegmentCountView,
    SegmentSampleView,
)
from functions.api.segments.schemas import SegmentView

routes = Routes("Segments")
OnChannel = Annotated[ChannelName, Query(description="For whom `reachable` counts.")]


@routes.get("/v1/segments/<segment_id>/count", Permission.READ, "Count a segment", or_else=202)
def count_segment(
    segment_id: str, caller: CurrentCaller, services: Services, channel: OnChannel = "email"
) -> Response[SegmentCountView]:
    """Answers at once (200) below 20,000 members. Above, it begins to count and answers 202; asking again tells how far
    it is, and then the result, which holds for ten minutes."""
    count = services.segment_counts.of_segment(caller.tenant_id, segment_id, Channel(channel))
    view = SegmentCountView.of(count, channel)
    return found(view) if count.counted else accepted(view, f"/v1/segments/{segment_id}/count?channel={channel}")


@routes.get("/v1/segments/<segment_id>/sample", Permission.READ, "Read a few members of a segment", or_else=202)
def sample_segment(segment_id: str, caller: CurrentCaller, services: Services) -> Response[SegmentSampleView]:
    """At most 20 members, as they are now. Counted with the segment: 202 while that goes on for a large tenant."""
    count = services.segment_counts.of_segment(caller.tenant_id, segment_id, Channel.EMAIL)
    view = SegmentSampleView.of(count, services.segment_counts.sample(caller.tenant_id, count))
    return found(view) if count.counted else accepted(view, f"/v1/segments/{segment_id}/sample")


@routes.post("/v1/segments/count", Permission.READ, "Count a filter", or_else=202)
def count_filter(question: FilterQuestion, caller: CurrentCaller, services: Services) -> Response[SegmentCountView]:
    """The same for a filter that is not saved. After a 202, the same question again reads the result."""
    channel = Channel(question.channel)
    count = services.segment_counts.of_filter(caller.tenant_id, question.filter_json, channel)
    view = SegmentCountView.of(count, question.channel)
    return found(view) if count.counted else accepted(view, "/v1/segments/count")


@routes.post("/v1/segments/sample", Permission.READ, "Read a few members that a filter means", or_else=202)
def sample_filter(question: FilterQuestion, caller: CurrentCaller, services: Services) -> Response[SegmentSampleView]:
    """The same for a filter that is not saved. After a 202, the same question again reads the result."""
    channel = Channel(question.channel)
    count = services.segment_counts.of_filter(caller.tenant_id, question.filter_json, channel)
    view = SegmentSampleView.of(count, services.segment_counts.sample(caller.tenant_id, count))
    return found(view) if count.counted else accepted(view, "/v1/segments/sample")


@routes.get(
    "/v1/segments/<segment_id>/members", Permission.READ, "List the members of a static segment", problems=(409,)
)
def list_segment_members(
    segment_id: str, caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[ListedMemberView]]:
    """Ids in a stable order without a meaning. Who was erased since may still stand here; they are sent nothing."""
    scope = CursorScope(caller.tenant_id, f"segments/{segment_id}/members", places.MEMBER)
    page = services.segment_members.page(caller.tenant_id, segment_id, limit, scope.after(cursor))
    items = [ListedMemberView(member_id=one) for one in page.member_ids]
    return found(Page(items=items, next_cursor=scope.cursor(page.after)))


@routes.post(
    "/v1/segments/<segment_id>/members", Permission.DRAFT, "Change the list of a static segment", problems=(409,)
)
def change_segment_members(
    segment_id: str, change: ListChangeInput, caller: CurrentCaller, services: Services
) -> Response[ListChangeView]:
    """Doing it again changes nothing. Longer lists come in several chunks, in any order. From the submission of a
    campaign or series that names the segment until its audience stands, the list stays as it is (409)."""
    done = services.segment_members.change(caller.tenant_id, segment_id, change.add, change.remove)
    return found(ListChangeView.of(done))


@routes.put(
    "/v1/segments/<segment_id>/members/<member_id>", Permission.DRAFT, "Put a member on the list", problems=(409,)
)
def add_segment_member(
    segment_id: str, member_id: str, caller: CurrentCaller, services: Services
) -> Response[ListChangeView]:
    """Putting one there who is there changes nothing. Refused (409) as changes in chunks are."""
    return found(ListChangeView.of(services.segment_members.change(caller.tenant_id, segment_id, [member_id], [])))


@routes.delete(
    "/v1/segments/<segment_id>/members/<member_id>",
    Permission.DRAFT,
    "Take a member off the list",
    status=204,
    problems=(409,),
)
def remove_segment_member(segment_id: str, member_id: str, caller: CurrentCaller, services: Services) -> Response[None]:
    """Taking off one who is not there changes nothing. Refused (409) as changes in chunks are."""
    services.segment_members.change(caller.tenant_id, segment_id, [], [member_id])
    return gone()


@routes.post("/v1/segments/<segment_id>/freeze", Permission.DRAFT, "Freeze a segment", status=201, problems=(402, 409))
def freeze_segment(
    segment_id: str, freeze: FreezeInput, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[SegmentView]:
    """Makes a static segment of those who meet the dynamic one now. Its list is filled in the background: `is_filled`
    says when it can be sent to."""
    path = f"/v1/segments/{segment_id}/freeze"
    repeatable = creation(caller, path, key, freeze.model_dump(mode="json"))
    made = services.segment_freezing.freeze(caller.tenant_id, caller.subject, segment_id, freeze.name, repeatable)
    entity = made.entity
    return created(SegmentView.of(entity), f"/v1/segments/{entity.id}", entity.version, replayed=made.replayed)
