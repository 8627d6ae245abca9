"""SendEmail with simple parts, the one of its three forms that is simulated: nothing of ours sends the others."""

from __future__ import annotations

from infra.local.providers.ses.errors import bad_request
from infra.local.providers.ses.sending.message import Content, content_of
from infra.local.providers.ses.sending.submission import (
    Envelope,
    Submission,
    check_destination,
    destination_of,
    envelope_of,
    refuse_attachments,
)
from infra.local.providers.ses.sending.validation import headers_of, merged_tags, tags_of
from infra.local.providers.ses.shapes import JsonObject, obj, objects, required_string, string


def single_call(body: JsonObject) -> tuple[Envelope, Submission]:
    """The envelope and the message of a SendEmail. Raises ServiceError for whatever is wrong with it."""
    content = obj(body, "Content")
    forms = [form for form in ("Simple", "Raw", "Template") if content.get(form)]
    if len(forms) != 1:
        raise bad_request("Content takes exactly one of Simple, Raw and Template.")
    if forms != ["Simple"]:
        raise bad_request(f"Content.{forms[0]} is not simulated.")
    envelope = envelope_of("SendEmail", body, required_string(body, "FromEmailAddress"))
    simple = obj(content, "Simple")
    headers = headers_of(objects(simple, "Headers"))
    parts = _simple_content(simple)
    to, cc, bcc = destination_of(obj(body, "Destination"))
    try:
        check_destination(to, cc, bcc)
        tags = merged_tags({}, tags_of(objects(body, "EmailTags")))
    except ValueError as error:
        raise bad_request(str(error)) from error
    return envelope, Submission(to, cc, bcc, tags, headers, parts, {})


def _simple_content(simple: JsonObject) -> Content:
    refuse_attachments(simple)
    parts = obj(simple, "Body")
    html, text = (string(obj(parts, part), "Data") or "" for part in ("Html", "Text"))
    if not html and not text:
        raise bad_request("The message has neither an HTML nor a text body.")
    subject = string(obj(simple, "Subject"), "Data") or ""
    return content_of(subject, html, text, False)
