"""Series on the deployed stacks: a calendar rule makes campaigns that go out by themselves, until it is paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from tests.e2e.campaign import BODY, SentCampaign
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

# A schedule is made half a minute ahead at least, and the emulator looks every ten seconds.
_SECONDS = 180.0
_LEAD = timedelta(hours=20)


def _minute(ahead: timedelta) -> datetime:
    """The first full minute from then on: rules have no seconds."""
    return (datetime.now(UTC) + ahead + timedelta(seconds=59)).replace(second=0, microsecond=0)


def _approved(tenant: Tenant, name: str, at: datetime, **rule: Any) -> Json:
    """A daily series from `at` on, as the answer to its approval shows it."""
    draft = {"name": name, "content_subject": f"{name} news", "content_html": BODY, "sender": tenant.sender}
    start = {"rrule": "FREQ=DAILY", "starts_on": f"{at:%Y-%m-%d}", "local_time": f"{at:%H:%M}", "timezone": "UTC"}
    path = f"/v1/series/{tenant.api.post('/v1/series', draft | {'rule': start | rule}, 'agent')['id']}"
    submitted = tenant.api.post(f"{path}/submit", {}, "editor")["submitted_hash"]
    return tenant.api.post(f"{path}/approve", {"submitted_hash": submitted}, "approver")


def _campaigns(tenant: Tenant, series: Json) -> list[Json]:
    items: list[Json] = tenant.api.get(f"/v1/series/{series['id']}/campaigns")["items"]
    return items


def test_each_occurrence_has_a_campaign_that_goes_out_by_itself_and_a_pause_stops_the_next(
    tenant: Tenant, provider: SimulatorClient
) -> None:
    members = tenant.has_people(4)
    soon = _minute(timedelta(seconds=30))
    once = _approved(tenant, "Once", soon, rrule="FREQ=DAILY;COUNT=1")
    daily = _approved(tenant, "Daily", soon)
    later = _approved(tenant, "Later", _minute(_LEAD + timedelta(seconds=20)))
    assert (once["made"]["status"], daily["made"]["status"], later["made"]) == ("scheduled", "scheduled", None)

    paused = tenant.api.post(f"/v1/series/{daily['id']}/pause", {"reason": "holidays"}, "approver")
    assert (paused["status"], paused["made"]["status"], paused["next_occurrence"]) == ("paused", "cancelled", None)

    [made] = _campaigns(tenant, once)
    assert made["name"] == f"Once {soon:%Y-%m-%d}"
    sent = SentCampaign(tenant.api, provider, made["id"])
    eventually(lambda: sent.read()["status"] == "sent", "the first occurrence goes out", _SECONDS, every=1)
    sent.agrees()
    assert sorted(sent.messages_by_member()) == members
    over = lambda: tenant.api.get(f"/v1/series/{once['id']}")["status"] == "ended"  # noqa: E731
    eventually(over, "a series without more occurrences ends", _SECONDS, every=1)

    # What is not due yet is made by its schedule; and what was paused let its occurrence pass.
    eventually(lambda: _campaigns(tenant, later), "the campaign of the next day is made", _SECONDS, every=1)
    [waits] = _campaigns(tenant, later)
    assert (waits["status"], waits["series_id"]) == ("scheduled", later["id"])
    [cancelled] = _campaigns(tenant, daily)
    assert cancelled["status"] == "cancelled"
    assert {one.tags["campaign"] for one in provider.messages({"tenant": tenant.id})} == {made["id"]}
    ended = tenant.api.post(f"/v1/series/{later['id']}/end", {}, "approver")
    assert (ended["status"], ended["made"]["status"]) == ("ended", "cancelled")
