"""The tenant's rules on the deployed stacks: everybody's own time, quiet hours and frequency caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from .tenant import Tenant
from .waiting import eventually

# Where it is about noon, and where it is about midnight, at this moment: no zone's clock is more than half an hour off.
_NOON, _MIDNIGHT = 12, 0


def _zone_where_it_is(hour: int, now: datetime) -> str:
    """A zone with a fixed offset in which it is about `hour` o'clock (POSIX signs: Etc/GMT-3 is ahead of UTC)."""
    ahead = (hour - now.hour + 12) % 24 - 12
    return "Etc/GMT" if not ahead else f"Etc/GMT{'-' if ahead > 0 else '+'}{abs(ahead)}"


def _has_settings(tenant: Tenant, **settings: Any) -> None:
    version = tenant.api.get("/v1/settings", "admin")["version"]
    changed = tenant.answer("PATCH", "/v1/settings", "admin", {**settings, "version": version})
    assert changed.status == 200, changed


def test_a_campaign_reaches_those_whose_day_it_is_and_waits_for_the_others(tenant: Tenant) -> None:
    now = datetime.now(UTC)
    zones = {"day": _zone_where_it_is(_NOON, now), "night": _zone_where_it_is(_MIDNIGHT, now)}
    members = [{"id": one, "email": f"{one}@{tenant.id}.example", "timezone": zone} for one, zone in zones.items()]
    tenant.has_members(members)
    _has_settings(tenant, quiet_hours={"email": {"start": "20:00", "end": "08:00"}})
    campaign = tenant.drafts().sends()
    campaign.until(lambda stats: stats["sent"] == 1, "those whose day it is are sent to")
    assert campaign.messages_by_member() == {"day": 1}
    read = campaign.read()
    assert (read["status"], {wave["zone"] for wave in read["waves"]}) == ("sending", set(zones.values()))
    _has_settings(tenant, quiet_hours={})
    campaign.ends(90).agrees()
    assert campaign.messages_by_member() == {"day": 1, "night": 1}


def test_a_local_time_send_goes_out_hour_by_hour(tenant: Tenant) -> None:
    """Scheduled for a minute that is to come where the tenant is, and that has passed by an hour further east."""
    now = datetime.now(UTC)
    here, east = _zone_where_it_is(10, now), _zone_where_it_is(13, now)
    members = [
        {"id": "east", "email": f"east@{tenant.id}.example", "timezone": east},
        {"id": "here", "email": f"here@{tenant.id}.example", "timezone": here},
    ]
    tenant.has_members(members)
    local = now + _offset(here) + timedelta(hours=1)
    campaign = tenant.drafts(
        type="scheduled",
        scheduled_at=local.replace(tzinfo=None).isoformat(timespec="minutes"),
        scheduled_timezone=here,
        member_local_time=True,
        late_members="at_once",
    ).approved()
    assert campaign.act("schedule", "approver")["status"] == "scheduled"
    campaign.until(lambda stats: stats["sent"] == 1, "whose hour has passed get it at once", 90)
    assert campaign.messages_by_member() == {"east": 1}
    waves = {wave["zone"]: wave["not_before"] for wave in campaign.read()["waves"]}
    assert waves[here] > datetime.now(UTC).isoformat()
    assert campaign.act("cancel", "approver")["status"] == "cancelled"


def test_nobody_gets_more_than_the_cap_over_campaigns_and_follow_ups(tenant: Tenant) -> None:
    tenant.has_people(4)
    _has_settings(tenant, frequency_cap={"per_day": 1})
    tenant.drafts().sends().ends().agrees()
    second = tenant.drafts()
    assert second.act("preflight", "editor")["counts"]["excluded"] == {"frequency_cap": 4}
    assert second.sends().ends().agrees().statuses() == {"frequency_cap": 4}
    made = tenant.follows_up("m0000", 2)
    path = f"/v1/follow-ups/{made['id']}"
    ended = eventually(lambda: tenant.api.get(path)["status"] == "cancelled", "the follow-up is not sent", 150, every=2)
    assert ended
    assert tenant.api.get(path)["status_reason"] == "frequency_cap"


def _offset(zone: str) -> timedelta:
    sign = zone.removeprefix("Etc/GMT")
    return timedelta(hours=-int(sign)) if sign else timedelta()
