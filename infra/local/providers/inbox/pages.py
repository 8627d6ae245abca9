"""The inbox: every message that was sent, to look at. Plain HTML that works without JavaScript."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.local.providers.inbox.control import ACTIONS, ControlError, message_of
from infra.local.providers.inbox.views import MessageFilter, found, summary
from infra.local.providers.server.messages import Request, Response
from infra.local.providers.ses.events.links import one_click_url
from infra.local.providers.ses.events.records import event_json
from infra.local.providers.ses.sending.message import Message
from infra.local.providers.ses.simulator import Simulator

PAGE_SIZE = 50
_FOLDER = Path(__file__).parent / "templates"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The message itself: no script, no forms, no access to this origin; pictures may load, links open a new window.
_MESSAGE_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_HARDENING = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %Y, %H:%M:%S")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]


def _pretty(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters.update(moment=_moment, clock=_clock, pretty=_pretty)


def answer_page(simulator: Simulator, request: Request) -> Response:
    """The page of a request; 404 and 405 are pages too."""
    parts = [unquote(part) for part in request.path.split("/") if part]
    try:
        match request.method, parts:
            case "GET", []:
                return _inbox(simulator, request)
            case "GET", ["style.css"]:
                return Response(HTTPStatus.OK, (_FOLDER / "style.css").read_bytes(), "text/css; charset=utf-8")
            case "GET", ["messages", message_id]:
                return _message_page(message_of(simulator, message_id))
            case "GET", ["messages", message_id, "html"]:
                return _message_html(message_of(simulator, message_id))
            case "POST", ["messages", message_id, "act"]:
                return _act(simulator, message_of(simulator, message_id), request)
    except ControlError as error:
        return _page("problem.html", error.status, problem=str(error))
    return _page("problem.html", HTTPStatus.NOT_FOUND, problem="There is no such page.")


def _inbox(simulator: Simulator, request: Request) -> Response:
    text = (request.parameter("q") or "").strip()
    wanted = request.parameter("page") or "1"
    page = int(wanted) if wanted.isdigit() and int(wanted) > 0 else 1
    matching = _counted(simulator, text)
    pages = max(1, math.ceil(matching / PAGE_SIZE))
    page = min(page, pages)
    start = (page - 1) * PAGE_SIZE
    messages = found(simulator, MessageFilter(text=text), newest_first=True)
    return _page(
        "inbox.html",
        messages=list(itertools.islice(messages, start, start + PAGE_SIZE)),
        matching=matching,
        text=text,
        page=page,
        pages=pages,
        link_to=_link_to(text),
        figures=summary(simulator),
    )


def _counted(simulator: Simulator, text: str) -> int:
    if not text:
        with simulator.lock:
            return len(simulator.store.messages)
    return sum(1 for _ in found(simulator, MessageFilter(text=text)))


def _link_to(text: str) -> Callable[[int], str]:
    return lambda page: "/?" + urlencode(([("q", text)] if text else []) + [("page", str(page))])


def _message_page(message: Message) -> Response:
    records = [(record, event_json(message, record)) for record in list(message.events)]
    unsubscribe_url = one_click_url(message.header("List-Unsubscribe"))
    return _page(
        "message.html", message=message, records=records, actions=list(ACTIONS), unsubscribe_url=unsubscribe_url
    )


def _message_html(message: Message) -> Response:
    """The HTML part as it was sent, in a document of its own that can do nothing."""
    html = message.html or "<p style='font:1rem sans-serif;color:#666'>This message has no HTML part.</p>"
    body = "<!doctype html><base target='_blank'>" + html
    headers = _HARDENING | {"Content-Security-Policy": _MESSAGE_POLICY}
    return Response(HTTPStatus.OK, body.encode("utf-8", "replace"), "text/html; charset=utf-8", headers)


def _act(simulator: Simulator, message: Message, request: Request) -> Response:
    """A button of the message page; shows the message again afterwards."""
    name = parse_qs(request.body.decode("ascii", "replace")).get("action", [""])[0]
    if name not in ACTIONS:
        raise ControlError(HTTPStatus.BAD_REQUEST, "There is no such action.")
    if simulator.happenings.act(message, ACTIONS[name]) is None and name != "unsubscribe":
        problem = "Nothing to report: this message is not tracked, or has no link to click."
        raise ControlError(HTTPStatus.CONFLICT, problem)
    location = f"/messages/{message.message_id}#events"
    return Response(HTTPStatus.SEE_OTHER, b"", "text/plain", {"Location": location})


def _page(template: str, status: int = HTTPStatus.OK, **values: object) -> Response:
    text = _ENVIRONMENT.get_template(template).render(**values)
    headers = _HARDENING | {"Content-Security-Policy": _PAGE_POLICY}
    return Response(status, text.encode("utf-8", "replace"), "text/html; charset=utf-8", headers)
