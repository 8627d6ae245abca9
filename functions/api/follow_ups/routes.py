"""Follow-ups: made in chats, by agents and people."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.errors import InvalidError, Problem
from ariia.services.follow_ups.follow_ups import FollowUpDetails
from functions.api.follow_ups.schemas import (
    FollowUpChange,
    FollowUpDecision,
    FollowUpDraft,
    FollowUpStatistics,
    FollowUpStop,
    FollowUpView,
)
from functions.api.gate import places
from functions.api.gate.actions import FOLLOW_UP, allowed
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Caller, Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version

routes = Routes("Follow-ups")
_PATH = "/v1/follow-ups"


@routes.post(_PATH, Permission.DRAFT, "Schedule a follow-up", status=201, problems=(402,))
def create_follow_up(
    follow_up: FollowUpDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[FollowUpView]:
    """One message to one member at one time. The template is tried for this very member with this context: syntax
    errors (with their line), unknown variables and missing values are refused with 422. Consent, suppression, quiet
    hours and frequency caps are looked at when it goes out."""
    repeatable = creation(caller, _PATH, key, follow_up.model_dump(mode="json", exclude_unset=True))
    made = services.follow_ups.create(caller.tenant_id, caller.subject, follow_up.fields(), repeatable)
    view = _view(caller, services, made.entity.id)
    return created(view, f"{_PATH}/{view.id}", view.version, replayed=made.replayed)


@routes.get(_PATH, Permission.READ, "List follow-ups of a member or a conversation")
def list_follow_ups(
    caller: CurrentCaller,
    services: Services,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    member_id: Annotated[str | None, Query(max_length=64, description="Whose; or name a conversation.")] = None,
    conversation_id: Annotated[str | None, Query(max_length=200, description="Of which chat.")] = None,
) -> Response[Page[FollowUpView]]:
    """Newest first. Exactly one of `member_id` and `conversation_id` is required."""
    wanted = member_id or conversation_id
    if wanted is None or (member_id and conversation_id):
        allowed = "exactly one of member_id and conversation_id"
        raise InvalidError(
            "name a member or a conversation", problems=[Problem("member_id", "is alone", None, allowed)]
        )
    scope = CursorScope(caller.tenant_id, f"follow-ups/{'m' if member_id else 'c'}/{wanted}", places.FOLLOW_UP)
    page_of = services.follow_ups.of_member if member_id else services.follow_ups.of_conversation
    page, end = page_of(caller.tenant_id, wanted, limit, scope.after(cursor))
    return found(Page(items=[_shown(caller, one) for one in page], next_cursor=scope.cursor(end)))


@routes.get(f"{_PATH}/stats", Permission.READ, "Read the figures of all follow-ups")
def read_follow_up_statistics(caller: CurrentCaller, services: Services) -> Response[FollowUpStatistics]:
    """Counts by outcome since the beginning, at most a minute old; those that still wait for their time are not in."""
    return found(FollowUpStatistics.of(services.statistics.follow_ups(caller.tenant_id)))


@routes.get(f"{_PATH}/<follow_up_id>", Permission.READ, "Read a follow-up")
def read_follow_up(follow_up_id: str, caller: CurrentCaller, services: Services) -> Response[FollowUpView]:
    """With what became of its message, from the ledger."""
    view = _view(caller, services, follow_up_id)
    return found(view, view.version)


@routes.patch(f"{_PATH}/<follow_up_id>", Permission.DRAFT, "Change a follow-up", problems=(402, 409, 428))
def edit_follow_up(
    follow_up_id: str, change: FollowUpChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[FollowUpView]:
    """Changes the fields that are sent, while it waits; 409 once it is sending, sent or cancelled."""
    version = expected_version(if_match, change.version)
    changed = services.follow_ups.change(caller.tenant_id, follow_up_id, change.fields(), version)
    return found(_view(caller, services, follow_up_id), changed.version)


@routes.post(f"{_PATH}/<follow_up_id>/cancel", Permission.DRAFT, "Cancel a follow-up", problems=(409,))
def cancel_follow_up(
    follow_up_id: str, caller: CurrentCaller, services: Services, stop: FollowUpStop | None = None
) -> Response[FollowUpView]:
    """Either this answers and the message is never sent, or it is 409 and says that it is already sending or sent."""
    reason = stop.reason if stop else None
    ended = services.follow_ups.cancel(caller.tenant_id, follow_up_id, caller.subject, reason)
    return found(_view(caller, services, follow_up_id), ended.version)


@routes.post(f"{_PATH}/<follow_up_id>/decide", Permission.SEND, "Decide about a late follow-up", problems=(409,))
def decide_follow_up(
    follow_up_id: str, decision: FollowUpDecision, caller: CurrentCaller, services: Services
) -> Response[FollowUpView]:
    """For one whose `needs_decision` says why it did not go by itself: `send` it now, or `skip` it for good."""
    send = decision.decision == "send"
    decided = services.follow_ups.decide(caller.tenant_id, follow_up_id, caller.subject, send=send)
    return found(_view(caller, services, follow_up_id), decided.version)


def _view(caller: CurrentCaller, services: Services, follow_up_id: str) -> FollowUpView:
    return _shown(caller, services.follow_ups.details(caller.tenant_id, follow_up_id))


def _shown(caller: Caller, details: FollowUpDetails) -> FollowUpView:
    return FollowUpView.of(details, allowed(details.open_actions(), FOLLOW_UP, caller))
