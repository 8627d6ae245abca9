"""The tenant's rules on the deployed stacks: everybody's own time, quiet hours and frequency caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually
from tests.e2e.zones import MIDNIGHT, NOON, east_of, offset_of, zone_where_it_is


def test_a_campaign_reaches_those_whose_day_it_is_and_waits_for_the_others(tenant: Tenant) -> None:
    zones = {"day": zone_where_it_is(NOON), "night": zone_where_it_is(MIDNIGHT)}
    members = [{"id": one, "email": f"{one}@{tenant.id}.example", "timezone": zone} for one, zone in zones.items()]
    tenant.has_members([{"first_name": "Kim", **one} for one in members])
    tenant.has_settings(quiet_hours={"email": {"start": "20:00", "end": "08:00"}})
    campaign = tenant.drafts().sends()
    campaign.until(lambda stats: stats["sent"] == 1, "those whose day it is are sent to")
    assert campaign.messages_by_member() == {"day": 1}
    read = campaign.read()
    assert (read["status"], {wave["zone"] for wave in read["waves"]}) == ("sending", set(zones.values()))
    night = tenant.api.get(f"{campaign.path}/recipients/night")["waits"]
    assert (night["for"], night["until"] > datetime.now(UTC).isoformat()) == ("quiet_hours", True)
    waits = eventually(lambda: campaign.read()["waits"], "the figures say who waits")
    assert [(one["for"], one["count"], one["until"]) for one in waits] == [("quiet_hours", 1, night["until"])]
    late = tenant.follows_up("night", 31, subject="Back?", message_template="Hello, how is the knee?")
    path = f"/v1/follow-ups/{late['id']}"
    assert late["waits"]["for"] == "time"
    eventually(lambda: tenant.api.get(path)["waits"]["for"] == "quiet_hours", "the follow-up waits too", 60, every=1)
    tenant.has_settings(quiet_hours={})
    campaign.ends(90).agrees()
    eventually(lambda: tenant.api.get(path)["status"] == "sent", "it comes when that is lifted", 90, every=1)
    assert campaign.messages_by_member() == {"day": 1, "night": 1}


def test_a_local_time_send_goes_out_hour_by_hour(tenant: Tenant) -> None:
    """Scheduled for a minute that is to come where the tenant is, and that has passed by an hour further east."""
    here = zone_where_it_is(10)
    east = east_of(here, 3)
    members = [
        {"id": "east", "email": f"east@{tenant.id}.example", "timezone": east},
        {"id": "here", "email": f"here@{tenant.id}.example", "timezone": here},
    ]
    tenant.has_members(members)
    local = datetime.now(UTC) + offset_of(here) + timedelta(hours=1)
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
    tenant.has_settings(frequency_cap={"per_day": 1})
    tenant.drafts().sends().ends().agrees()
    second = tenant.drafts()
    assert second.act("preflight", "editor")["counts"]["excluded"] == {"frequency_cap": 4}
    assert second.sends("empty_audience").ends(as_what="failed").agrees().statuses() == {"frequency_cap": 4}
    made = tenant.follows_up("m0000", 2)
    path = f"/v1/follow-ups/{made['id']}"
    ended = eventually(lambda: tenant.api.get(path)["status"] == "cancelled", "the follow-up is not sent", 150, every=2)
    assert ended
    assert tenant.api.get(path)["status_reason"] == "frequency_cap"
