"""All operations of the API: one line per resource, with the places that its paths are at or below."""

from __future__ import annotations

from importlib import import_module

from functions.api.gate.resources import Resource
from functions.api.gate.routing import Operation

_CAMPAIGN, _SERIES, _SEGMENT, _MEMBER = (
    "/v1/campaigns/<campaign_id>",
    "/v1/series/<series_id>",
    "/v1/segments/<segment_id>",
    "/v1/members/<member_id>",
)
# In the reference's order. An operation below no place of its resource would not be found; a test looks for those.
RESOURCES: tuple[Resource, ...] = (
    Resource(lambda: import_module("functions.api.campaigns.routes"), "/v1/campaigns"),
    Resource(lambda: import_module("functions.api.campaigns.action_routes"), f"{_CAMPAIGN}/<action>"),
    Resource(lambda: import_module("functions.api.preflight.routes"), f"{_CAMPAIGN}/preflight"),
    Resource(
        lambda: import_module("functions.api.test_sends.routes"), f"{_CAMPAIGN}/test-send", f"{_CAMPAIGN}/test-sends"
    ),
    Resource(lambda: import_module("functions.api.recipients.routes"), f"{_CAMPAIGN}/recipients"),
    Resource(lambda: import_module("functions.api.held_members.routes"), f"{_CAMPAIGN}/decisions"),
    Resource(lambda: import_module("functions.api.statistics.routes"), f"{_CAMPAIGN}/stats"),
    Resource(lambda: import_module("functions.api.series.routes"), "/v1/series"),
    Resource(lambda: import_module("functions.api.series.action_routes"), f"{_SERIES}/<action>"),
    Resource(lambda: import_module("functions.api.templates.routes"), "/v1/templates"),
    Resource(lambda: import_module("functions.api.follow_ups.routes"), "/v1/follow-ups"),
    Resource(lambda: import_module("functions.api.events.routes"), "/v1/events"),
    Resource(lambda: import_module("functions.api.segments.routes"), "/v1/segments"),
    Resource(
        lambda: import_module("functions.api.segments.member_routes"),
        f"{_SEGMENT}/<part>",
        "/v1/segments/count",
        "/v1/segments/sample",
    ),
    Resource(lambda: import_module("functions.api.members.routes"), "/v1/members"),
    Resource(lambda: import_module("functions.api.imports.routes"), "/v1/imports"),
    Resource(
        lambda: import_module("functions.api.privacy.routes"),
        f"{_MEMBER}/export",
        f"{_MEMBER}/erasure",
        "/v1/exports",
        "/v1/erasures",
    ),
    Resource(lambda: import_module("functions.api.consent.suppressions"), "/v1/suppressions"),
    Resource(lambda: import_module("functions.api.consent.audit"), "/v1/audit"),
    Resource(lambda: import_module("functions.api.senders.routes"), "/v1/senders", "/v1/sender-registrations"),
    Resource(lambda: import_module("functions.api.tenants.routes"), "/v1/tenants", "/v1/tenant"),
    Resource(lambda: import_module("functions.api.tenants.settings"), "/v1/settings"),
    Resource(lambda: import_module("functions.api.tenants.usage"), "/v1/usage"),
    Resource(lambda: import_module("functions.api.reference.routes"), "/openapi.json", "/reference"),
)


def all_operations() -> tuple[Operation, ...]:
    """Every operation there is, in the order of the reference; loads all that was not loaded yet."""
    return tuple(operation for resource in RESOURCES for operation in resource.operations)
