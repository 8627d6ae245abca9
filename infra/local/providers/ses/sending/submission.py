"""Requests of SendEmail and SendBulkEmail as one list of submissions, so that both take the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.providers.ses.errors import bad_request
from infra.local.providers.ses.sending.addresses import address_problem
from infra.local.providers.ses.sending.message import Content, content_of
from infra.local.providers.ses.sending.validation import (
    MAX_DESTINATIONS,
    Header,
    check_template_data_length,
    headers_of,
    merged_headers,
    merged_tags,
    tags_of,
    template_data_of,
)
from infra.local.providers.ses.shapes import JsonObject, obj, objects, required_string, string, strings
from infra.local.providers.ses.statuses import call_error


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all messages of one call have in common."""

    operation: str
    sender: str
    reply_to: tuple[str, ...]
    configuration_set: str | None
    tenant_name: str | None
    tracking: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Submission:
    """One message that SES is asked to send."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    tags: Mapping[str, str]
    headers: tuple[Header, ...]
    content: Content
    data: Mapping[str, str]

    @property
    def addresses(self) -> tuple[str, ...]:
        """All recipients, as written."""
        return (*self.to, *self.cc, *self.bcc)


@dataclass(frozen=True, slots=True)
class InvalidEntry:
    """An entry that SES would refuse, with its reason."""

    to: tuple[str, ...]
    tags: Mapping[str, str]
    problem: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The recipients, as written."""
        return self.to


Entry = Submission | InvalidEntry


def bulk_call(body: JsonObject) -> tuple[Envelope, list[Entry]]:
    """The envelope and entries of a SendBulkEmail. Raises ServiceError for what concerns the whole call."""
    envelope = envelope_of("SendBulkEmail", body, required_string(body, "FromEmailAddress"))
    default = obj(obj(body, "DefaultContent"), "Template")
    if not default:
        raise bad_request("DefaultContent.Template is required.")
    content = template_content(default)
    check_template_data_length(string(default, "TemplateData"))
    entries = objects(body, "BulkEmailEntries")
    if not 1 <= len(entries) <= MAX_DESTINATIONS:
        raise bad_request(f"BulkEmailEntries takes 1 to {MAX_DESTINATIONS} entries, not {len(entries)}.")
    try:
        data = template_data_of(string(default, "TemplateData"))
        tags = tags_of(objects(body, "DefaultEmailTags"))
    except ValueError as error:
        raise bad_request(str(error)) from error
    defaults = Submission((), (), (), tags, headers_of(objects(default, "Headers")), content, data)
    return envelope, [_bulk_entry(entry, defaults) for entry in entries]


def _bulk_entry(entry: JsonObject, defaults: Submission) -> Entry:
    to, cc, bcc = destination_of(obj(entry, "Destination"))
    replacement = string(obj(obj(entry, "ReplacementEmailContent"), "ReplacementTemplate"), "ReplacementTemplateData")
    check_template_data_length(replacement)
    replaced_headers = entry.get("ReplacementHeaders")
    headers = headers_of(objects(entry, "ReplacementHeaders")) if replaced_headers else ()
    tags: Mapping[str, str] = defaults.tags
    try:
        tags = merged_tags(dict(defaults.tags), tags_of(objects(entry, "ReplacementTags")))
        data = {**defaults.data, **template_data_of(replacement)}
        check_destination(to, cc, bcc)
    except ValueError as error:
        return InvalidEntry((*to, *cc, *bcc), tags, str(error))
    return Submission(to, cc, bcc, tags, merged_headers(defaults.headers, headers), defaults.content, data)


def envelope_of(operation: str, body: JsonObject, sender: str) -> Envelope:
    """The members that SendEmail and SendBulkEmail share. Raises BadRequestException for an impossible address."""
    reply_to = strings(body, "ReplyToAddresses")
    for address in (sender, *reply_to):
        problem = address_problem(address)
        if problem is not None:
            raise bad_request(problem)
    if body.get("ListManagementOptions"):
        raise bad_request("ListManagementOptions are not simulated.")
    tracking = obj(obj(body, "ConfigurationOverrides"), "Tracking")
    members = {"open": "OpenTrackingEnabled", "click": "ClickTrackingEnabled"}
    return Envelope(
        operation=operation,
        sender=sender,
        reply_to=reply_to,
        configuration_set=string(body, "ConfigurationSetName") or None,
        tenant_name=string(body, "TenantName") or None,
        tracking={name: tracking[member] == "ENABLED" for name, member in members.items() if member in tracking},
    )


def template_content(template: JsonObject) -> Content:
    """Inline template content. Raises NotFoundException for a stored template: this provider keeps none."""
    refuse_attachments(template)
    inline = obj(template, "TemplateContent")
    if not inline:
        name = string(template, "TemplateName") or string(template, "TemplateArn")
        if not name:
            raise bad_request("Template takes TemplateContent or TemplateName.")
        raise call_error("TEMPLATE_NOT_FOUND", f"Template {name} does not exist")
    subject, html, text = (string(inline, key) or "" for key in ("Subject", "Html", "Text"))
    if not subject:
        raise bad_request("The template has no subject.")
    if not html and not text:
        raise bad_request("The template has neither an HTML nor a text part.")
    return content_of(subject, html, text, True)


def refuse_attachments(source: JsonObject) -> None:
    """Raises BadRequestException: this provider would lose them."""
    if source.get("Attachments"):
        raise bad_request("Attachments are not simulated.")


def destination_of(destination: JsonObject) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """To, Cc and Bcc."""
    to, cc, bcc = (strings(destination, key) for key in ("ToAddresses", "CcAddresses", "BccAddresses"))
    return to, cc, bcc


def check_destination(*groups: tuple[str, ...]) -> None:
    """Raises ValueError for no recipient, more than 50, or an address that SES would refuse."""
    addresses = [address for group in groups for address in group]
    if not addresses:
        raise ValueError("Destination has no recipient.")
    if len(addresses) > MAX_DESTINATIONS:
        raise ValueError(f"Recipient count exceeds {MAX_DESTINATIONS}.")
    for address in addresses:
        problem = address_problem(address)
        if problem is not None:
            raise ValueError(problem)
