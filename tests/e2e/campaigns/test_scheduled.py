"""Campaigns that go out by themselves at their time, and those that were kept from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.campaign import SentCampaign
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

# The emulator's scheduler looks every ten seconds.
_SECONDS = 60.0


@pytest.fixture(scope="module")
def desk(laptop: LaptopStack, provider: SimulatorClient) -> Tenant:
    """A tenant whose campaigns never go out."""
    return Tenant(laptop, provider, "desk")


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _scheduled(tenant: Tenant, seconds: float) -> SentCampaign:
    campaign = tenant.drafts(type="scheduled", scheduled_at=_in(seconds)).approved()
    assert campaign.act("schedule", "approver")["status"] == "scheduled"
    return campaign


def _actions(tenant: Tenant, campaign: SentCampaign) -> list[str]:
    return [one["action"] for one in tenant.api.get(f"{campaign.path}/history")["items"]]


def test_a_scheduled_campaign_goes_out_by_itself_and_those_taken_back_do_not(tenant: Tenant) -> None:
    tenant.has_people(3)
    # The one that goes out is due last: what it does not wait for has passed by then.
    unscheduled, edited, moved, due = (_scheduled(tenant, 12) for _ in range(4))
    assert tenant.answer("POST", f"{due.path}/submit", "editor", {}).body["actions"] == ["edit", "unschedule", "cancel"]
    assert unscheduled.act("unschedule", "approver")["status"] == "approved"
    for campaign, change in ((edited, {"content_subject": "Other news"}), (moved, {"scheduled_at": _in(3_600)})):
        version = campaign.read()["version"]
        changed = tenant.api.call("PATCH", campaign.path, "editor", change | {"version": version})
        assert (changed["status"], changed["approved_hash"]) == ("draft", None)
    moved.approved().act("schedule", "approver")
    assert tenant.api.get("/v1/usage")["features"][0]["reserved"] == 2

    eventually(lambda: due.read()["status"] == "sent", "it goes out by itself", _SECONDS, every=0.5)
    due.agrees()
    assert due.statuses() == {"delivered": 3}
    assert _actions(tenant, due)[-3:] == ["schedule", "send", "finish"]
    assert [one.read()["status"] for one in (unscheduled, edited, moved)] == ["approved", "draft", "scheduled"]
    assert unscheduled.messages() + edited.messages() + moved.messages() == []
    assert tenant.answer("POST", f"{due.path}/unschedule", "approver", {}).status == 409
    assert moved.act("cancel", "approver")["status"] == "cancelled"
    use = tenant.api.get("/v1/usage")["features"][0]
    assert (use["feature"], use["used"], use["reserved"]) == ("broadcasts", 1, 0)


def test_what_is_approved_for_a_time_is_not_sent_before_it(desk: Tenant) -> None:
    campaign = desk.drafts(type="scheduled", scheduled_at=_in(3_600)).approved("empty_audience")
    assert desk.answer("POST", f"{campaign.path}/send", "approver", {}).status == 409
    broadcast = desk.drafts().approved("empty_audience")
    assert desk.answer("POST", f"{broadcast.path}/schedule", "approver", {}).status == 409


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"scheduled_at": "2020-01-01T09:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "2199-01-01T09:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "2026-02-30T09:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "tomorrow"}, "scheduled_at"),
        ({"scheduled_at": None}, "scheduled_at"),
        ({"scheduled_at": "2099-01-01T09:00:00", "scheduled_timezone": "Mars/Phobos"}, "scheduled_timezone"),
        ({"scheduled_at": "2099-01-01T09:00:00Z", "scheduled_timezone": "Europe/Berlin"}, "scheduled_at"),
    ],
)
def test_an_impossible_time_is_refused_by_name(desk: Tenant, fields: dict[str, str], field: str) -> None:
    draft = {"name": "C", "type": "scheduled", "content_subject": "News", "content_html": "x {{ unsubscribe_url }}"}
    refused = desk.answer("POST", "/v1/campaigns", "editor", draft | {"sender": desk.sender} | fields)
    if refused.status == 201:
        accepted = {"despite": ["empty_audience"]}
        refused = desk.answer("POST", f"/v1/campaigns/{refused.body['id']}/submit", "editor", accepted)
        assert (refused.status, [one["field"] for one in refused.body["findings"]]) == (409, [field]), refused
    else:
        assert (refused.status, refused.fields) == (422, {field}), refused
