"""Events of members."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.events import MESSAGE_RECEIVED
from functions.api.events.schemas import EventDraft, EventView
from functions.api.gate.answers import found
from functions.api.gate.auth import Permission, require
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.routing import Routes

routes = Routes("Events")


@routes.post("/v1/events", Permission.TELL_EVENTS, "Tell that something happened to a member", problems=(404,))
def post_event(
    event: EventDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[EventView]:
    """Cancels the member's waiting follow-ups whose `cancel_on` names the event, and is kept. With an `id` or an
    `Idempotency-Key` it may be posted again: it is done once, and what a lost answer left undone is done then.

    What a member wrote (`message_received`) may opt them out or in, so only the roles connector, editor and admin tell
    it: an agent does not speak for a member."""
    if event.name == MESSAGE_RECEIVED:
        require(caller, Permission.HEAR_ANSWERS)
    repeatable = creation(caller, "/v1/events", event.id or key, event.model_dump(mode="json", exclude_unset=True))
    taken = services.member_events.take(caller.tenant_id, caller.subject, event.fields(), repeatable)
    answer = found(EventView.of(taken.entity))
    if taken.replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer
