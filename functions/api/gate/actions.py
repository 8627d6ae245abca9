"""`actions`: the operations that this caller may take now, by their names. What the thing's state allows, its service
says; whom an operation is for is said here, and a test holds it against the operations themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.statistics.totals import Totals
from functions.api.gate.auth import Caller, Permission

_P = Permission
CAMPAIGN: Mapping[str, Permission] = {
    "edit": _P.DRAFT,
    "submit": _P.DRAFT,
    "approve": _P.REVIEW,
    "reject": _P.REVIEW,
    "schedule": _P.SEND,
    "unschedule": _P.SEND,
    "send": _P.SEND,
    "pause": _P.SEND,
    "resume": _P.SEND,
    "retry": _P.SEND,
    "decide": _P.SEND,
    "cancel": _P.SEND,
}
SERIES: Mapping[str, Permission] = {
    "edit": _P.DRAFT,
    "submit": _P.DRAFT,
    "approve": _P.REVIEW,
    "reject": _P.REVIEW,
    "pause": _P.REVIEW,
    "resume": _P.REVIEW,
    "end": _P.REVIEW,
}
FOLLOW_UP: Mapping[str, Permission] = {"edit": _P.DRAFT, "decide": _P.SEND, "cancel": _P.DRAFT}


def totals_of(services: Any, campaign: Campaign) -> Totals:
    """The campaign's figures; those that were never sent have none to read."""
    totals: Totals = services.statistics.totals(campaign) if campaign.lanes else Totals()
    return totals


def on_campaign(services: Any, caller: Caller, campaign: Campaign, totals: Totals) -> list[str]:
    """What the caller may do with the campaign now."""
    found = services.campaign_actions.of(campaign, totals)
    return allowed((one.name for one in found if not one.admin_only or caller.may(_P.ADMINISTER)), CAMPAIGN, caller)


def allowed(names: Iterable[str], permissions: Mapping[str, Permission], caller: Caller) -> list[str]:
    """Those of `names` that are for one of the caller's roles."""
    return [name for name in names if caller.may(permissions[name])]


def about(services: Any, caller: Caller, thing: Any) -> list[str]:
    """What the caller may do with the thing that a refusal is about, as it rests now: what was refused may have been
    half changed in memory."""
    return _BY_KIND[type(thing).__name__](services, caller, thing)


def _about_campaign(services: Any, caller: Caller, thing: Any) -> list[str]:
    campaign = services.campaigns.get(thing.tenant_id, thing.id)
    return on_campaign(services, caller, campaign, totals_of(services, campaign))


def _about_series(services: Any, caller: Caller, thing: Any) -> list[str]:
    return allowed(services.series.get(thing.tenant_id, thing.id).open_actions(), SERIES, caller)


def _about_follow_up(services: Any, caller: Caller, thing: Any) -> list[str]:
    return allowed(services.follow_ups.details(thing.tenant_id, thing.id).open_actions(), FOLLOW_UP, caller)


# By name: a request loads the things of its own resource and no others.
_BY_KIND: Mapping[str, Callable[[Any, Caller, Any], list[str]]] = {
    "Campaign": _about_campaign,
    "Series": _about_series,
    "ScheduledFollowUp": _about_follow_up,
}
