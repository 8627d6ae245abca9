"""One-click unsubscribe as a mailbox provider does it (RFC 8058)."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO, Any

from infra.local.providers.ses.events.links import one_click_url
from infra.local.providers.ses.sending.message import Message, UnsubscribeAnswer

BODY = b"List-Unsubscribe=One-Click"  # RFC 8058 section 3.1, character for character
TIMEOUT_SECONDS = 10
MAX_KEPT_BODY = 2_000


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """RFC 8058 section 3.1: the sender must not answer with a redirect, so none is followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def unsubscribe(message: Message, at: float) -> UnsubscribeAnswer:
    """POSTs the one-click request of this message and keeps the answer.

    Without cookies or credentials; both headers must be there. http is taken beside the https that the RFC asks
    for, because a laptop stack has no certificate.
    """
    url = one_click_url(message.header("List-Unsubscribe"))
    if url is None:
        return UnsubscribeAnswer(at, "", None, "", "List-Unsubscribe has no http(s) address")
    post_header = (message.header("List-Unsubscribe-Post") or "").replace(" ", "")
    if post_header.lower() != "list-unsubscribe=one-click":
        return UnsubscribeAnswer(at, url, None, "", "List-Unsubscribe-Post is not List-Unsubscribe=One-Click")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "one-click-unsubscribe"}
    return _answer(urllib.request.Request(url, data=BODY, headers=headers, method="POST"), url, at)


def _answer(request: urllib.request.Request, url: str, at: float) -> UnsubscribeAnswer:
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
            return UnsubscribeAnswer(at, url, response.status, _start(response), None)
    except urllib.error.HTTPError as error:
        problem = "redirects are not followed" if 300 <= error.code < 400 else None
        return UnsubscribeAnswer(at, url, error.code, _start(error), problem)
    except (OSError, HTTPException, ValueError) as error:
        return UnsubscribeAnswer(at, url, None, "", f"{type(error).__name__}: {error}")


def _start(response: IO[bytes]) -> str:
    return response.read(MAX_KEPT_BODY).decode("utf-8", "replace")
