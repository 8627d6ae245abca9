"""Segments: named parts of a tenant's members (concept, section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.audience.filters.expression import campaign_places, parse_filter
from ariia.domain.errors import InvalidError, Problem

# One chunk of a list: 5,000 ids take under 400 KB and are written well within one request.
MAX_LISTED_AT_ONCE = 5_000


@dataclass
class MemberSegment:
    """A dynamic segment is its filter, evaluated when a campaign is sent; a static one is a list of member ids, which
    rests beside it. `fill_job_id` names the job that fills the list of a frozen one. Instants are epoch ms."""

    id: str
    tenant_id: str
    name: str
    description: str | None = None
    filter_json: dict[str, Any] = field(default_factory=dict)
    is_dynamic: bool = True
    frozen_from: str | None = None
    fill_job_id: str | None = None
    created_by: str = ""
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None


def require_valid(segment: MemberSegment) -> dict[str, str]:
    """Campaigns that the segment's filter asks about, by id, with the place where it does; InvalidError when a dynamic
    segment has no proper filter, or a static one has any."""
    if segment.is_dynamic:
        parse_filter(segment.filter_json)
        return campaign_places(segment.filter_json)
    if segment.filter_json:
        problem = Problem("filter_json", "is not for static segments", allowed="an empty object, or is_dynamic true")
        raise InvalidError("a static segment is a list and has no filter", problems=[problem])
    return {}


def unknown_campaigns(places: Mapping[str, str]) -> InvalidError:
    """For references to campaigns that the tenant does not have: ids, with the field that names each."""
    problems = [Problem(place, "names a campaign that there is not", value=one) for one, place in places.items()]
    return InvalidError(f"{problems[0].field} names a campaign that there is not", problems=problems)
