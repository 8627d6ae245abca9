"""The control API: everything under /control, JSON in and out."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from infra.local.providers.inbox.views import (
    MessageFilter,
    call_json,
    feedback_json,
    found,
    message_detail,
    message_summary,
    refusal_json,
    summary,
)
from infra.local.providers.server.messages import Request, Response, json_response
from infra.local.providers.ses.errors import ServiceError
from infra.local.providers.ses.events.behaviour import Step
from infra.local.providers.ses.sending.message import Message
from infra.local.providers.ses.simulator import Simulator

MAX_PAGE = 1_000
ACTIONS = {
    "open": Step("Open", "human", "open"),
    "click": Step("Click", "human", "click"),
    "bounce": Step("Bounce", "permanent", "bounce"),
    "complaint": Step("Complaint", "", "complaint"),
    "unsubscribe": Step("Unsubscribe", "", "unsubscribe"),
}


class ControlError(Exception):
    """A control request that can't be carried out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answer_control(simulator: Simulator, request: Request) -> Response:
    """The answer to one control request; errors are `{"error": …}` with 400, 404, 405 or 409."""
    try:
        return _answer(simulator, request)
    except ControlError as error:
        return json_response({"error": str(error)}, error.status)
    except ServiceError as error:
        return json_response({"error": error.message}, error.status)
    except ValueError as error:
        return json_response({"error": str(error)}, 400)


def _answer(simulator: Simulator, request: Request) -> Response:
    known_path = False
    for method, pattern, handler in _ROUTES:
        matched = pattern.match(request.path)
        if matched and method == request.method:
            return handler(simulator, request, *(unquote(name) for name in matched.groups()))
        known_path = known_path or matched is not None
    raise ControlError(405 if known_path else 404, f"{request.method} {request.path} is not of the control API")


def _settings(simulator: Simulator) -> dict[str, Any]:
    with simulator.lock:
        return simulator.settings.as_json() | {"sent_last_24_hours": simulator.quota.sent}


def get_settings(simulator: Simulator, _: Request) -> Response:
    """All settings."""
    return json_response(_settings(simulator))


def put_settings(simulator: Simulator, request: Request) -> Response:
    """Changes the settings that the body names, all or none."""
    simulator.change_settings(_body(request))
    return json_response(_settings(simulator))


def post_reset(simulator: Simulator, request: Request) -> Response:
    """Forgets messages and calls; settings go back to the start's unless `keep_settings`."""
    simulator.reset(keep_settings=bool(_body(request).get("keep_settings")))
    return json_response(_settings(simulator))


def get_messages(simulator: Simulator, request: Request) -> Response:
    """Messages by number: `tag=name:value` (repeatable), `to`, `q`, `after`, `limit` (1 to 1,000)."""
    after, limit = _whole(request, "after", 0), _whole(request, "limit", 100)
    if not 1 <= limit <= MAX_PAGE:
        raise ControlError(400, f"limit takes 1 to {MAX_PAGE}")
    messages = (message for message in found(simulator, filter_of(request)) if message.number > after)
    page = list(itertools.islice(messages, limit + 1))
    more = len(page) > limit
    listed = [message_summary(message) for message in page[:limit]]
    return json_response({"messages": listed, "next_after": page[limit - 1].number if more else None})


def filter_of(request: Request) -> MessageFilter:
    """The filter of `tag`, `to` and `q`. Raises ControlError for a tag without a colon."""
    tags = [tuple(tag.split(":", 1)) for tag in request.query.get("tag", [])]
    if any(len(tag) != 2 for tag in tags):
        raise ControlError(400, "tag takes name:value")
    return MessageFilter(
        tuple((tag[0], tag[1]) for tag in tags), request.parameter("to") or "", request.parameter("q") or ""
    )


def get_message(simulator: Simulator, _: Request, message_id: str) -> Response:
    """One message with bodies and event records."""
    return json_response(message_detail(message_of(simulator, message_id)))


def post_action(simulator: Simulator, _: Request, message_id: str, action: str) -> Response:
    """Makes the recipient open, click, bounce, complain or unsubscribe now."""
    message = message_of(simulator, message_id)
    step = ACTIONS.get(action)
    if step is None:
        raise ControlError(404, f"{action!r} is no action; known are {', '.join(ACTIONS)}")
    if simulator.happenings.act(message, step) is None and step.kind != "Unsubscribe":
        raise ControlError(409, f"nothing to report: the message is not tracked or has no link to {action}")
    return json_response(message_summary(message))


def post_replay(simulator: Simulator, request: Request) -> Response:
    """Publishes all events of a message again."""
    message = message_of(simulator, str(_body(request).get("message_id", "")))
    return json_response({"events": simulator.happenings.replay(message)})


def post_verify(simulator: Simulator, _: Request, domain: str) -> Response:
    """Verifies an identity now, creating it where there is none."""
    with simulator.lock:
        identity = simulator.identities.verify(domain, simulator.settings)
        return json_response(simulator.identities.described(identity))


def get_summary(simulator: Simulator, _: Request) -> Response:
    """The figures of the run so far."""
    return json_response(summary(simulator))


def get_calls(simulator: Simulator, _: Request) -> Response:
    """The last 100,000 send calls."""
    with simulator.lock:
        return json_response({"calls": [call_json(call) for call in simulator.store.calls]})


def get_refusals(simulator: Simulator, _: Request) -> Response:
    """The last 100,000 entries that were not accepted."""
    with simulator.lock:
        return json_response({"refusals": [refusal_json(refusal) for refusal in simulator.store.refusals]})


def get_rights(simulator: Simulator, _: Request) -> Response:
    """What the functions may do, by access key."""
    with simulator.lock:
        return json_response(simulator.rights.as_json())


def put_rights(simulator: Simulator, request: Request) -> Response:
    """Says what the functions may do, all of them at once; other callers may do everything."""
    with simulator.lock:
        simulator.rights.grant(_body(request))
        return json_response(simulator.rights.as_json())


def get_feedback(simulator: Simulator, request: Request) -> Response:
    """Bounces and complaints that were mailed to the From address, or just those to `to`."""
    to = request.parameter("to")
    with simulator.lock:
        mailed = [feedback_json(*one) for one in simulator.store.feedback]
    return json_response({"feedback": [one for one in mailed if to in (None, one["to"])]})


def message_of(simulator: Simulator, message_id: str) -> Message:
    """Raises ControlError 404."""
    with simulator.lock:
        message = simulator.store.by_id.get(message_id)
    if message is None:
        raise ControlError(404, f"no message {message_id}")
    return message


def _whole(request: Request, name: str, default: int) -> int:
    text = request.parameter(name)
    if text is None:
        return default
    if not text.isdigit():
        raise ControlError(400, f"{name} takes a whole number")
    return int(text)


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise ControlError(400, "the body takes a JSON object")
    return body


def _route(
    method: str, path: str, handler: Callable[..., Response]
) -> tuple[str, re.Pattern[str], Callable[..., Response]]:
    return method, re.compile("/control" + path.replace("{}", "([^/]+)") + r"\Z"), handler


_ROUTES = (
    _route("GET", "/settings", get_settings),
    _route("PUT", "/settings", put_settings),
    _route("POST", "/reset", post_reset),
    _route("GET", "/messages", get_messages),
    _route("GET", "/messages/{}", get_message),
    _route("POST", "/messages/{}/{}", post_action),
    _route("POST", "/events/replay", post_replay),
    _route("POST", "/identities/{}/verify", post_verify),
    _route("GET", "/summary", get_summary),
    _route("GET", "/calls", get_calls),
    _route("GET", "/refusals", get_refusals),
    _route("GET", "/feedback", get_feedback),
    _route("GET", "/rights", get_rights),
    _route("PUT", "/rights", put_rights),
)
