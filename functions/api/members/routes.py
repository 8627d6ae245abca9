"""Members one by one."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.channel import Channel
from functions.api.gate import places
from functions.api.gate.answers import accepted, created, found, gone
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, PathText, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.members.schemas import (
    ChannelName,
    ConfirmationView,
    ConsentInput,
    MemberChange,
    MemberDraft,
    MemberView,
    QuestionView,
    TagsInput,
)

routes = Routes("Members")
Tag = Annotated[str | None, Query(max_length=64, description="Only members with exactly this tag.")]
Email = Annotated[str | None, Query(max_length=320, description="Only the members who have this address.")]


@routes.post("/v1/members", Permission.EDIT_MEMBERS, "Create a member", status=201, problems=(409,))
def create_member(
    member: MemberDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[MemberView]:
    """A member who is there already answers 409; `PUT /v1/members/{id}` creates or changes."""
    values = member.values()
    repeatable = creation(caller, "/v1/members", key, member.model_dump(mode="json", exclude_unset=True))
    made = services.members.create(caller.tenant_id, values, repeatable, caller.subject)
    entity = made.entity
    return created(MemberView.of(entity), f"/v1/members/{entity.id}", entity.version, replayed=made.replayed)


@routes.get("/v1/members", Permission.READ, "List members")
def list_members(
    caller: CurrentCaller,
    services: Services,
    tag: Tag = None,
    email: Email = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response[Page[MemberView]]:
    """Members in a stable order without a meaning. With `tag`, a page may hold fewer members than `limit`, or none, and
    still lead on. With `email`, one page holds all of the few members who share the address."""
    if email is not None:
        members = services.member_listing.with_email(caller.tenant_id, email)
        shown = [one for one in members if tag is None or tag in one.tags]
        return found(Page(items=[MemberView.of(one) for one in shown]))
    scope = CursorScope(caller.tenant_id, f"members?tag={tag or ''}", places.MEMBER)
    page = services.member_listing.page(caller.tenant_id, limit, scope.after(cursor), tag=tag)
    return found(Page(items=[MemberView.of(one) for one in page.members], next_cursor=scope.cursor(page.after)))


@routes.get("/v1/members/<member_id>", Permission.READ, "Read a member")
def read_member(member_id: str, caller: CurrentCaller, services: Services) -> Response[MemberView]:
    """One member."""
    member = services.members.get(caller.tenant_id, member_id)
    return found(MemberView.of(member), member.version)


@routes.put(
    "/v1/members/<member_id>", Permission.EDIT_MEMBERS, "Create or change a member", or_else=201, problems=(409,)
)
def put_member(
    member_id: str, change: MemberChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[MemberView]:
    """Sets the fields that are sent (RFC 7396: null clears, attributes are merged) and answers 201 when the member is
    new. A version is optional: without one, the change is laid over whatever is stored."""
    is_bound = if_match is not None or change.version is not None
    version = expected_version(if_match, change.version) if is_bound else None
    done = services.members.upsert(caller.tenant_id, member_id, change.values(), version, caller.subject)
    view = MemberView.of(done.member)
    if done.created:
        return created(view, f"/v1/members/{member_id}", done.member.version)
    return found(view, done.member.version)


@routes.delete("/v1/members/<member_id>", Permission.EDIT_MEMBERS, "Delete a member", status=204, problems=(409,))
def delete_member(
    member_id: str, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[None]:
    """Suppressions and opt-outs stay with the address, so that importing the person again does not undo them."""
    version = expected_version(if_match, None) if if_match is not None else None
    services.members.delete(caller.tenant_id, member_id, version)
    return gone()


@routes.post("/v1/members/<member_id>/tags", Permission.EDIT_MEMBERS, "Add tags")
def add_tags(member_id: str, body: TagsInput, caller: CurrentCaller, services: Services) -> Response[MemberView]:
    """Adds tags to those that the member has; a repetition changes nothing."""
    member = services.members.add_tags(caller.tenant_id, member_id, body.tags)
    return found(MemberView.of(member), member.version)


@routes.delete("/v1/members/<member_id>/tags/<tag>", Permission.EDIT_MEMBERS, "Remove a tag")
def remove_tag(member_id: str, tag: PathText, caller: CurrentCaller, services: Services) -> Response[MemberView]:
    """Takes one tag off; a repetition changes nothing."""
    member = services.members.remove_tag(caller.tenant_id, member_id, tag)
    return found(MemberView.of(member), member.version)


@routes.put("/v1/members/<member_id>/consent/<channel>", Permission.EDIT_MEMBERS, "Note a consent")
def put_consent(
    member_id: str, channel: ChannelName, consent: ConsentInput, caller: CurrentCaller, services: Services
) -> Response[MemberView]:
    """Notes what the member said about a channel, with source and time, as evidence. A word from before the stored one
    changes nothing; without `at` it was said now. A yes is this member's only; a no holds for everybody who has the
    address. With the setting `double_opt_in`, a yes to e-mail becomes `pending`, and the member is asked to confirm
    it."""
    value = consent.model_dump(exclude_unset=True)
    member = services.member_consent.set(caller.tenant_id, member_id, Channel(channel), value, "api", caller.subject)
    return found(MemberView.of(member), member.version)


@routes.get("/v1/members/<member_id>/consent/<channel>/confirmation", Permission.READ, "Read how a confirmation stands")
def read_confirmation(
    member_id: str, channel: ChannelName, caller: CurrentCaller, services: Services
) -> Response[QuestionView]:
    """Whether the question of the double opt-in went out, and what it waits for. A member who waits for no confirmation
    answers 404."""
    return found(QuestionView.of(services.confirmation_questions.of(caller.tenant_id, member_id, Channel(channel))))


@routes.post(
    "/v1/members/<member_id>/consent/<channel>/confirmation",
    Permission.EDIT_MEMBERS,
    "Ask for a confirmation again",
    status=202,
    problems=(409, 429),
)
def ask_again(
    member_id: str, channel: ChannelName, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[ConfirmationView]:
    """Sends the e-mail of the double opt-in once more to a member whose consent is `pending`: in a minute or two, or
    after the tenant's quiet hours. Three a day go to a member, and to an address."""
    path = f"/v1/members/{member_id}/consent/{channel}/confirmation"
    repeatable = creation(caller, path, key, None)
    asked = services.asking_again.ask(caller.tenant_id, member_id, Channel(channel), repeatable)
    answer = accepted(ConfirmationView.of(asked.entity), f"/v1/members/{member_id}")
    if asked.replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer
