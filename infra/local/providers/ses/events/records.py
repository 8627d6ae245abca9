"""Event records exactly as SES event publishing hands them to SNS.

Fields after the SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS" and its
examples. Opens and clicks carry `isBotEvent` (`Likely` or `Unlikely`, AWS announcement of 2026-08-07: "Amazon SES
now helps identify automated open and click events in event notifications").
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from infra.local.providers.ses.sending.addresses import bare_address, domain_of
from infra.local.providers.ses.sending.message import EventRecord, Message

ACCOUNT_ID = "000000000000"
REGION = "us-east-1"
MAX_HEADER_BYTES = 10_240  # beyond this SES cuts the headers and says headersTruncated
OUTGOING_IP = "54.240.48.102"
_OBJECT_OF = {
    "Send": "send",
    "Delivery": "delivery",
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Reject": "reject",
    "Open": "open",
    "Click": "click",
    "Rendering Failure": "failure",
    "DeliveryDelay": "deliveryDelay",
}
_WITHOUT_HEADERS = frozenset({"Rendering Failure", "DeliveryDelay"})
_NAMESPACE = uuid.UUID("5b0e4f3c-6d0e-5c53-8e51-2f3c7c1f4a10")


def iso(at: float) -> str:
    """Epoch seconds as SES writes times: `2026-03-26T02:13:21.662Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def event_json(message: Message, record: EventRecord) -> dict[str, Any]:
    """The event record of one happening; the same for the same arguments, so that it can be published again."""
    body = dict(record.detail)
    if record.kind in ("Bounce", "Complaint"):
        body["feedbackId"] = feedback_id(message, record)
    return {"eventType": record.kind, "mail": _mail(message, record.kind), _OBJECT_OF[record.kind]: body}


def feedback_id(message: Message, record: EventRecord) -> str:
    """SES's id of a bounce or complaint."""
    return f"{message.message_id[:16]}-{uuid.uuid5(_NAMESPACE, f'{message.message_id}/{record.number}')}-000000"


def _mail(message: Message, kind: str) -> dict[str, Any]:
    mail: dict[str, Any] = {
        "timestamp": iso(message.at),
        "source": message.sender,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/{domain_of(bare_address(message.sender))}",
        "sendingAccountId": ACCOUNT_ID,
        "messageId": message.message_id,
        "destination": list(message.recipients),
        "headersTruncated": False,
    }
    if kind not in _WITHOUT_HEADERS:
        mail.update(_headers(message, kind))
    mail["tags"] = _tags(message, kind)
    return mail


def _headers(message: Message, kind: str) -> dict[str, Any]:
    """A templated message has no subject in its Send event: SES renders it later (Developer Guide, Send record)."""
    subject_known = not (kind == "Send" and message.content.templated)
    own = [("From", message.sender), ("Reply-To", ", ".join(message.reply_to)), ("To", ", ".join(message.to))]
    own += [("Cc", ", ".join(message.cc))] + ([("Subject", message.subject)] if subject_known else [])
    own += [("MIME-Version", "1.0"), ("Content-Type", _content_type(message)), *message.headers]
    headers, truncated = _within_limit([(name, value) for name, value in own if value])
    common: dict[str, Any] = {"from": [message.sender], "to": list(message.to), "messageId": message.message_id}
    if message.cc:
        common["cc"] = list(message.cc)
    if message.reply_to:
        common["replyTo"] = list(message.reply_to)
    if subject_known:
        common["subject"] = message.subject
    return {"headersTruncated": truncated, "headers": headers, "commonHeaders": common}


def _content_type(message: Message) -> str:
    if message.content.html.source and message.content.text.source:
        return f'multipart/alternative;  boundary="----=_Part_{message.number}"'
    return "text/html; charset=UTF-8" if message.content.html.source else "text/plain; charset=UTF-8"


def _within_limit(headers: list[tuple[str, str]]) -> tuple[list[dict[str, str]], bool]:
    kept: list[dict[str, str]] = []
    size = 0
    for name, value in headers:
        size += len(name) + len(value.encode()) + 4
        if size > MAX_HEADER_BYTES:
            return kept, True
        kept.append({"name": name, "value": value})
    return kept, False


def _tags(message: Message, kind: str) -> dict[str, list[str]]:
    """The message's tags and SES's auto-tags; the outgoing ones exist once a mail server has been spoken to."""
    tags = {
        "ses:source-tls-version": ["TLSv1.3"],
        "ses:operation": [message.operation],
        "ses:configuration-set": [message.configuration_set or ""],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [domain_of(bare_address(message.sender))],
        "ses:caller-identity": ["laptop"],
    }
    if kind == "Delivery":
        tags |= {"ses:outgoing-tls-version": ["TLSv1.3"], "ses:outgoing-ip": [OUTGOING_IP]}
    return tags | {name: [value] for name, value in message.tags.items()}
