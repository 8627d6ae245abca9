"""`/u/{token}` unsubscribes (GET asks, POST does it), `/c/{token}` confirms a double opt-in (likewise), `/v/{token}`
shows a message, `/preferences/{token}` asks what a member wants (GET shows, POST saves), `/t/{token}` is the picture of
a template. Mail scanners open every link, so nothing but POST changes anything; mailbox providers POST without cookies
and follow no redirect (RFC 8058)."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.public_pages import PublicPagesServices, build
from ariia.domain.errors import NotFoundError, ThrottledError, TransientError
from ariia.observability import fault, logger
from ariia.services.member_pages.unsubscribe import ONE_CLICK, PAGE
from ariia.settings import PublicPagesSettings
from functions.public_pages.confirmation_page import confirmation_page, says_yes, words_of
from functions.public_pages.pages import (
    HtmlPage,
    ask_page,
    done_page,
    invalid_page,
    message_page,
    thumbnail_page,
    trouble_page,
)
from functions.public_pages.preference_page import choice_of, preference_page
from functions.public_pages.request import PageRequest, page_request
from functions.public_pages.texts import accepted_language

_ASKS, _SHOWS = "GET, HEAD, POST", "GET, HEAD"
_METHODS = {"u": _ASKS, "c": _ASKS, "preferences": _ASKS, "v": _SHOWS, "t": _SHOWS}


@functools.cache
def services() -> PublicPagesServices:
    """The services of this deployment, built at the first request."""
    return build(PublicPagesSettings.from_environment(os.environ))


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer to an HTTP API event (payload version 2.0). Whatever fails, the person gets a page."""
    request = page_request(event)
    language = accepted_language(request.accept_language)
    try:
        page = _answer(request)
    except NotFoundError:
        page = invalid_page(language)
    except (TransientError, ThrottledError):
        page = trouble_page(503, language)
    except Exception as error:
        logger.error("public page failed", place=request.place, method=request.method, **fault(error))
        page = trouble_page(500, language)
    body = "" if request.method == "HEAD" else page.body
    return {"statusCode": page.status, "headers": page.headers, "body": body, "isBase64Encoded": False}


def _answer(request: PageRequest) -> HtmlPage:
    allowed = _METHODS.get(request.place)
    if allowed is None:
        raise NotFoundError("there is no such page")
    if request.method in ("GET", "HEAD"):
        return _shown(request)
    if request.method == "POST" and request.place == "preferences":
        view = services().preferences.look(request.token)
        choice = choice_of(request.fields, view, request.source_ip)
        return preference_page(services().preferences.choose(request.token, choice), saved=True)
    if request.method == "POST" and request.place == "c":
        asked = services().confirmations.look(request.token)
        is_yes = says_yes(request.fields)
        return confirmation_page(services().confirmations.confirm(request.token, words_of(asked)) if is_yes else asked)
    if request.method == "POST" and request.place == "u":
        # A wish to get no more mail must not fail on the form of the body: any POST to the link is one.
        source = ONE_CLICK if request.is_one_click else PAGE
        return done_page(services().unsubscribes.unsubscribe(request.token, source))
    return HtmlPage(405, "", {"Allow": allowed})


def _shown(request: PageRequest) -> HtmlPage:
    if request.place == "v":
        return message_page(services().view_online.show(request.token))
    if request.place == "t":
        return thumbnail_page(services().thumbnails.show(request.token))
    if request.place == "preferences":
        return preference_page(services().preferences.look(request.token))
    if request.place == "c":
        return confirmation_page(services().confirmations.look(request.token))
    return ask_page(services().unsubscribes.look(request.token))
