"""SendEmail in its three forms: simple parts, a raw MIME message, an inline template."""

from __future__ import annotations

import base64
import binascii
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

from infra.local.simulator.errors import bad_request
from infra.local.simulator.message import Content, content_of
from infra.local.simulator.shapes import JsonObject, obj, objects, required_string, string
from infra.local.simulator.submission import (
    Envelope,
    Submission,
    check_destination,
    destination_of,
    envelope_of,
    refuse_attachments,
    template_content,
)
from infra.local.simulator.validation import (
    Header,
    check_template_data_length,
    headers_of,
    merged_tags,
    tags_of,
    template_data_of,
)

# Fields that SES takes out of a raw message, or that the kept message holds elsewhere.
_RAW_FIELDS = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "reply-to",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "date",
        "message-id",
        "x-ses-configuration-set",
        "x-ses-message-tags",
    }
)


def single_call(body: JsonObject) -> tuple[Envelope, Submission]:
    """The envelope and the message of a SendEmail. Raises ServiceError for whatever is wrong with it."""
    content = obj(body, "Content")
    forms = [form for form in ("Simple", "Raw", "Template") if content.get(form)]
    if len(forms) != 1:
        raise bad_request("Content takes exactly one of Simple, Raw and Template.")
    if forms == ["Raw"]:
        return _raw_call(body, _mime(obj(content, "Raw")))
    envelope = envelope_of("SendEmail", body, required_string(body, "FromEmailAddress"))
    source = obj(content, forms[0])
    headers = headers_of(objects(source, "Headers"))
    if forms == ["Simple"]:
        return envelope, _submission(body, headers, _simple_content(source), None)
    data = string(source, "TemplateData")
    check_template_data_length(data)
    return envelope, _submission(body, headers, template_content(source), data)


def _submission(body: JsonObject, headers: tuple[Header, ...], content: Content, data: str | None) -> Submission:
    to, cc, bcc = destination_of(obj(body, "Destination"))
    try:
        check_destination(to, cc, bcc)
        tags = merged_tags({}, tags_of(objects(body, "EmailTags")))
        return Submission(to, cc, bcc, tags, headers, content, template_data_of(data))
    except ValueError as error:
        raise bad_request(str(error)) from error


def _simple_content(simple: JsonObject) -> Content:
    refuse_attachments(simple)
    parts = obj(simple, "Body")
    html, text = (string(obj(parts, part), "Data") or "" for part in ("Html", "Text"))
    if not html and not text:
        raise bad_request("The message has neither an HTML nor a text body.")
    subject = string(obj(simple, "Subject"), "Data") or ""
    return content_of(subject, html, text, False)


def _mime(raw: JsonObject) -> EmailMessage:
    try:
        data = base64.b64decode(required_string(raw, "Data"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request("Raw.Data is not base64.") from error
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not message.keys():
        raise bad_request("The raw message has no header.")
    return message


def _raw_call(body: JsonObject, mime: EmailMessage) -> tuple[Envelope, Submission]:
    sender = string(body, "FromEmailAddress") or str(mime.get("From", ""))
    fields = dict(body)
    fields.setdefault("ConfigurationSetName", mime.get("X-SES-CONFIGURATION-SET"))
    envelope = envelope_of("SendEmail", fields, sender)
    to, cc, bcc = _raw_destination(body, mime)
    headers = tuple((name, str(value)) for name, value in mime.items() if name.lower() not in _RAW_FIELDS)
    content = content_of(str(mime.get("Subject", "")), _part(mime, "html"), _part(mime, "plain"), False)
    try:
        check_destination(to, cc, bcc)
        tags = merged_tags(_raw_tags(mime), tags_of(objects(body, "EmailTags")))
    except ValueError as error:
        raise bad_request(str(error)) from error
    return envelope, Submission(to, cc, bcc, tags, headers, content, {})


def _raw_destination(body: JsonObject, mime: EmailMessage) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The request's Destination overrides the message's own header fields."""
    given = destination_of(obj(body, "Destination"))
    if any(given):
        return given
    to, cc, bcc = (
        tuple(address for _, address in getaddresses([str(value) for value in mime.get_all(field, [])]))
        for field in ("To", "Cc", "Bcc")
    )
    return to, cc, bcc


def _raw_tags(mime: EmailMessage) -> dict[str, str]:
    """Tags of the X-SES-MESSAGE-TAGS header: `name=value, name=value`."""
    pairs = [item.partition("=") for item in str(mime.get("X-SES-MESSAGE-TAGS", "")).split(",") if item.strip()]
    return tags_of({"Name": name.strip(), "Value": value.strip()} for name, _, value in pairs)


def _part(mime: EmailMessage, kind: str) -> str:
    part = mime.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
