"""When a campaign goes out: at an instant, at a local time in a zone, or at that local time wherever each member is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ariia.domain.errors import InvalidError, Problem
from ariia.domain.local_time import DAY_MS, at_local
from ariia.domain.text_values import FieldError, timezone

if TYPE_CHECKING:
    from ariia.domain.campaigns.campaign import Campaign

# Where every local time comes first: no zone is further ahead of UTC.
EARLIEST_ZONE = "Etc/GMT-14"
FURTHEST_DAYS = 366
_FORMS = "an instant with Z or an offset, or a local time without one, for example 2026-03-01T09:00"


def set_time(campaign: Campaign, text: str | None) -> None:
    """Sets the time that `text` (ISO 8601) names: an instant, or a local time of `scheduled_timezone`. An instant has
    no zone, so that what was said of one before is forgotten."""
    campaign.scheduled_at = campaign.scheduled_local = None
    if text is None:
        campaign.scheduled_timezone, campaign.member_local_time = None, False
        return
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_time("is not a time", text, _FORMS) from None
    if moment.tzinfo is not None:
        campaign.scheduled_at = round(moment.timestamp() * 1000)
        campaign.scheduled_timezone, campaign.member_local_time = None, False
    else:
        campaign.scheduled_local = moment.replace(microsecond=0).isoformat()


def resolve_time(campaign: Campaign, default_zone: str) -> None:
    """Fills in `scheduled_at` for a local time; the zone is the tenant's where none is named. InvalidError naming what
    doesn't fit together."""
    if campaign.scheduled_timezone is not None:
        try:
            campaign.scheduled_timezone = timezone(campaign.scheduled_timezone)
        except FieldError as error:
            problem = error.problem("scheduled_timezone", campaign.scheduled_timezone)
            raise InvalidError("scheduled_timezone is not a time zone", problems=[problem]) from None
    if campaign.scheduled_local is not None:
        campaign.scheduled_timezone = campaign.scheduled_timezone or default_zone
        campaign.scheduled_at = _first_instant(campaign, datetime.fromisoformat(campaign.scheduled_local))
    elif campaign.scheduled_at is not None and (campaign.scheduled_timezone or campaign.member_local_time):
        raise invalid_time("must be without an offset, as it is to be read in a zone", campaign.scheduled_at, _FORMS)


def require_in_time(campaign: Campaign, now: int) -> int:
    """The instant (epoch ms) for which the campaign can be scheduled at `now`; InvalidError when there is none, it has
    passed, or lies too far ahead. A local time has passed when it has in the campaign's own zone."""
    if campaign.scheduled_at is None:
        raise invalid_time("is required of a scheduled campaign", None, _FORMS)
    latest = campaign.scheduled_at
    if campaign.scheduled_local is not None and campaign.scheduled_timezone is not None:
        latest = at_local(datetime.fromisoformat(campaign.scheduled_local), campaign.scheduled_timezone)
    if latest <= now:
        raise invalid_time("has passed", campaign.scheduled_local or campaign.scheduled_at, "a time that is to come")
    if latest > now + FURTHEST_DAYS * DAY_MS:
        allowed = f"at most {FURTHEST_DAYS} days ahead"
        raise invalid_time("lies too far ahead", campaign.scheduled_local or campaign.scheduled_at, allowed)
    return campaign.scheduled_at


def member_time(local: str, zone: str, start: int, *, at_once: bool) -> int:
    """When members in `zone` get what goes out at `local` time, for a send that starts at `start` (epoch ms): then, or
    where it has passed, `at_once` or the day after."""
    wanted = datetime.fromisoformat(local)
    instant = at_local(wanted, zone)
    if instant >= start:
        return instant
    if at_once:
        return start
    while instant < start:
        wanted += timedelta(days=1)
        instant = at_local(wanted, zone)
    return instant


def invalid_time(message: str, value: object, allowed: str) -> InvalidError:
    """What is wrong with the time of a campaign."""
    problem = Problem("scheduled_at", message, value=value, allowed=allowed)
    return InvalidError(f"scheduled_at {message}", problems=[problem])


def _first_instant(campaign: Campaign, local: datetime) -> int:
    zone = EARLIEST_ZONE if campaign.member_local_time else campaign.scheduled_timezone
    return at_local(local, str(zone))
