"""All operations of the API: one line per resource, with the places that its paths are at or below."""

from __future__ import annotations

from importlib import import_module

from .resources import Resource
from .routing import Operation

_CAMPAIGN, _SERIES, _SEGMENT, _MEMBER = (
    "/v1/campaigns/<campaign_id>",
    "/v1/series/<series_id>",
    "/v1/segments/<segment_id>",
    "/v1/members/<member_id>",
)
# In the reference's order. An operation below no place of its resource would not be found; a test looks for those.
RESOURCES: tuple[Resource, ...] = (
    Resource(lambda: import_module("functions.api.routes.campaigns"), "/v1/campaigns"),
    Resource(lambda: import_module("functions.api.routes.campaign_actions"), f"{_CAMPAIGN}/<action>"),
    Resource(lambda: import_module("functions.api.routes.preflight"), f"{_CAMPAIGN}/preflight"),
    Resource(
        lambda: import_module("functions.api.routes.test_sends"), f"{_CAMPAIGN}/test-send", f"{_CAMPAIGN}/test-sends"
    ),
    Resource(lambda: import_module("functions.api.routes.recipients"), f"{_CAMPAIGN}/recipients"),
    Resource(lambda: import_module("functions.api.routes.held_members"), f"{_CAMPAIGN}/decisions"),
    Resource(lambda: import_module("functions.api.routes.statistics"), f"{_CAMPAIGN}/stats"),
    Resource(lambda: import_module("functions.api.routes.series"), "/v1/series"),
    Resource(lambda: import_module("functions.api.routes.series_actions"), f"{_SERIES}/<action>"),
    Resource(lambda: import_module("functions.api.routes.templates"), "/v1/templates"),
    Resource(lambda: import_module("functions.api.routes.follow_ups"), "/v1/follow-ups"),
    Resource(lambda: import_module("functions.api.routes.events"), "/v1/events"),
    Resource(lambda: import_module("functions.api.routes.segments"), "/v1/segments"),
    Resource(
        lambda: import_module("functions.api.routes.segment_members"),
        f"{_SEGMENT}/<part>",
        "/v1/segments/count",
        "/v1/segments/sample",
    ),
    Resource(lambda: import_module("functions.api.routes.members"), "/v1/members"),
    Resource(lambda: import_module("functions.api.routes.imports"), "/v1/imports"),
    Resource(
        lambda: import_module("functions.api.routes.privacy"),
        f"{_MEMBER}/export",
        f"{_MEMBER}/erasure",
        "/v1/exports",
        "/v1/erasures",
    ),
    Resource(lambda: import_module("functions.api.routes.suppressions"), "/v1/suppressions"),
    Resource(lambda: import_module("functions.api.routes.audit"), "/v1/audit"),
    Resource(lambda: import_module("functions.api.routes.senders"), "/v1/senders", "/v1/sender-registrations"),
    Resource(lambda: import_module("functions.api.routes.tenants"), "/v1/tenants", "/v1/tenant"),
    Resource(lambda: import_module("functions.api.routes.settings"), "/v1/settings"),
    Resource(lambda: import_module("functions.api.routes.usage"), "/v1/usage"),
    Resource(lambda: import_module("functions.api.routes.reference"), "/openapi.json", "/reference"),
)


def all_operations() -> tuple[Operation, ...]:
    """Every operation there is, in the order of the reference; loads all that was not loaded yet."""
    return tuple(operation for resource in RESOURCES for operation in resource.operations)
