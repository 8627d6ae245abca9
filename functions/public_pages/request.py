"""Reading the API Gateway event (payload version 2.0) of a public page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

# What a form of ours or a mailbox provider's click can be; a longer body is not looked into.
MAX_BODY = 16_384


@dataclass(frozen=True)
class PageRequest:
    """`place` is the page's part of the path; `is_one_click` is the body that RFC 8058 prescribes, `fields` a form of
    ours."""

    method: str
    place: str
    token: str
    is_one_click: bool
    accept_language: str
    fields: Mapping[str, str] = field(default_factory=dict)
    source_ip: str = ""


def page_request(event: Mapping[str, Any]) -> PageRequest:
    """The request in an event; a body that can't be read is one without the one-click field."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    segments = event["rawPath"].strip("/").split("/")
    place, token = (segments[-2], unquote(segments[-1])) if len(segments) >= 2 else ("", "")
    fields = _fields(_body(event), headers.get("content-type", ""))
    return PageRequest(
        method=event["requestContext"]["http"]["method"].upper(),
        place=place,
        token=token,
        is_one_click=fields.get("list-unsubscribe", "").lower() == "one-click",
        accept_language=headers.get("accept-language", ""),
        fields=fields,
        source_ip=str(event["requestContext"]["http"].get("sourceIp", "")),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body)
    except binascii.Error:
        return b""


def _fields(body: bytes, content_type: str) -> dict[str, str]:
    if not body or len(body) > MAX_BODY:
        return {}
    if content_type.lower().startswith("multipart/form-data"):
        return _multipart(body, content_type)
    pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=None)
    return {name.lower(): value for name, value in pairs}


def _multipart(body: bytes, content_type: str) -> dict[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name.lower()] = content.decode("utf-8", "replace").strip()
    return fields
