"""All operations of the API: one line per resource."""

from __future__ import annotations

from .routes import (
    audit,
    campaign_actions,
    campaigns,
    events,
    follow_ups,
    held_members,
    imports,
    members,
    preflight,
    recipients,
    reference,
    segment_members,
    segments,
    senders,
    settings,
    statistics,
    suppressions,
    templates,
    tenants,
    test_sends,
    usage,
)
from .routing import Operation

ALL: tuple[Operation, ...] = (
    *campaigns.routes.operations,
    *campaign_actions.routes.operations,
    *preflight.routes.operations,
    *test_sends.routes.operations,
    *recipients.routes.operations,
    *held_members.routes.operations,
    *statistics.routes.operations,
    *templates.routes.operations,
    *follow_ups.routes.operations,
    *events.routes.operations,
    *segments.routes.operations,
    *segment_members.routes.operations,
    *members.routes.operations,
    *imports.routes.operations,
    *suppressions.routes.operations,
    *audit.routes.operations,
    *senders.routes.operations,
    *tenants.routes.operations,
    *settings.routes.operations,
    *usage.routes.operations,
    *reference.routes.operations,
)
