"""Campaigns over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.campaigns.campaign_clients import Api
from tests.unit.campaigns.campaign_desk import HTML


@pytest.fixture
def api() -> Api:
    return Api()


def test_created_campaign_answers_with_the_fields_of_the_concept(api: Api) -> None:
    body = {"name": "Spring", "description": "d", "content_subject": "Hi", "content_html": HTML, "sender": "a@gym.de"}
    answered = api.as_role("agent", subject="swarm").post("/v1/campaigns", body)
    assert answered.status == 201
    assert answered.headers["Location"] == f"/v1/campaigns/{answered.body['id']}"
    assert answered.headers["ETag"] == '"1"'
    assert body.items() <= answered.body.items()
    expected = {"type": "broadcast", "status": "draft", "channel": "email", "target_type": "all_members", "version": 1}
    expected |= {"tenant_id": "gym", "created_by": "swarm", "stats_sent": 0, "scheduled_at": None, "sent_at": None}
    assert expected.items() <= answered.body.items()
    assert answered.body["created_at"] == "2027-01-15T08:00:00.000Z"
    assert answered.body["actions"] == ["edit", "submit"]
    assert api.as_role("viewer").get(answered.headers["Location"]).body == answered.body | {"actions": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "tenant_id": "club"}, "tenant_id"),
        ({"name": "x", "status": "approved"}, "status"),
        ({"name": "x", "id": "mine"}, "id"),
        ({"name": "x", "scheduled_at": "2027-01-01T00:00:00Z"}, "scheduled_at"),
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "channel": "pigeon"}, "channel"),
        ({"name": "x", "channel": "sms"}, "channel"),
        ({"name": "x", "type": "drip"}, "type"),
        ({"name": "x", "one_per_address": "yes"}, "one_per_address"),
        ({"name": "x", "one_per_address": 1}, "one_per_address"),
        ({"name": "x", "target_filter_json": "{}"}, "target_filter_json"),
        ({"name": "x", "target_filter_json": []}, "target_filter_json"),
        ({"name": "x", "target_type": "segment"}, "target_filter_json.segment_ids"),
        (
            {"name": "x", "target_type": "selected", "target_filter_json": {"member_ids": [1]}},
            "target_filter_json.member_ids",
        ),
        ({"name": "x", "template_id": "a b"}, "template_id"),
        ({"name": "x", "template_id": "unknown"}, "template_id"),
        ({"name": "x", "content_html": "ü" * 100_000}, "content_html"),
        ({"name": "x", "content_html": "{% for %}"}, "content_html"),
    ],
)
def test_wrong_body_is_422_and_names_the_field(api: Api, body: dict[str, Any], field: str) -> None:
    answered = api.as_role("editor").post("/v1/campaigns", body)
    assert answered.status == 422
    assert field in {problem["field"] for problem in answered.body["problems"]}
    assert api.as_role().get("/v1/campaigns").body["items"] == []


def test_refused_channel_names_those_that_are_set_up(api: Api) -> None:
    problem = api.as_role("editor").post("/v1/campaigns", {"name": "x", "channel": "sms"}).body["problems"][0]
    assert (problem["value"], problem["allowed"]) == ("sms", ["email"])


def test_more_than_five_thousand_selected_members_are_refused(api: Api) -> None:
    target = {"target_type": "selected", "target_filter_json": {"member_ids": [f"m{n}" for n in range(5_001)]}}
    answered = api.as_role("editor").post("/v1/campaigns", {"name": "x"} | target)
    assert (answered.status, answered.body["problems"][0]["value"]) == (422, 5_001)


def test_same_key_and_body_answer_with_the_same_campaign(api: Api) -> None:
    editor = api.as_role("editor")
    first = editor.post("/v1/campaigns", {"name": "x"}, Idempotency_Key="k 1")
    again = editor.post("/v1/campaigns", {"name": "x"}, Idempotency_Key="k 1")
    assert (again.status, again.body) == (201, first.body)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    other = editor.post("/v1/campaigns", {"name": "y"}, Idempotency_Key="k 1")
    assert (other.status, other.body["problems"][0]["field"]) == (422, "Idempotency-Key")
    assert editor.post("/v1/campaigns", {"name": "x"}, Idempotency_Key="k 2").body["id"] != first.body["id"]
    stranger = api.as_role("editor", "club").post("/v1/campaigns", {"name": "x"}, Idempotency_Key="k 1")
    assert "Idempotent-Replayed" not in stranger.headers


def test_other_tenants_campaign_is_404_for_every_operation(api: Api) -> None:
    path = f"/v1/campaigns/{api.draft()['id']}"
    stranger = api.as_role("admin", "club")
    assert stranger.get("/v1/campaigns").body["items"] == []
    for suffix in ("", "/history", "/stats", "/submission"):
        assert stranger.get(path + suffix).status == 404
    assert stranger.patch(path, {"name": "Mine", "version": 1}).status == 404
    for action in ("submit", "send", "pause", "resume", "cancel", "retry"):
        assert stranger.post(f"{path}/{action}").status == 404
    assert stranger.post(f"{path}/approve", {"submitted_hash": "0" * 64}).status == 404
    assert stranger.post(f"{path}/reject", {"feedback": "no"}).status == 404


def test_edit_takes_the_version_from_header_or_body_and_refuses_a_stale_one(api: Api) -> None:
    path, editor = f"/v1/campaigns/{api.draft()['id']}", api.as_role("editor")
    assert editor.patch(path, {"name": "A"}).status == 428
    edited = editor.patch(path, {"name": "A"}, If_Match='"1"')
    assert (edited.status, edited.body["name"], edited.headers["ETag"]) == (200, "A", '"2"')
    assert editor.patch(path, {"name": "B", "version": 1}).status == 409
    assert editor.patch(path, {"name": "B"}, If_Match='"1"').status == 409
    cleared = editor.patch(path, {"description": None, "version": 2})
    assert (cleared.status, cleared.body["content_html"]) == (200, HTML)


def test_list_runs_from_newest_to_oldest_over_pages(api: Api) -> None:
    made = [api.draft(name=f"n{number}")["id"] for number in range(5)]
    first = api.as_role().get("/v1/campaigns?limit=3").body
    second = api.as_role().get(f"/v1/campaigns?limit=3&cursor={first['next_cursor']}").body
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


def test_cursor_of_another_list_or_tenant_is_refused(api: Api) -> None:
    for number in range(3):
        api.draft(name=f"n{number}")
    cursor = api.as_role().get("/v1/campaigns?limit=1").body["next_cursor"]
    for path in (f"/v1/campaigns?cursor={cursor}&status=draft", f"/v1/templates?cursor={cursor}"):
        assert api.as_role().get(path).status == 422
    assert api.as_role(tenant="club").get(f"/v1/campaigns?cursor={cursor}").status == 422
    for forged in ("x", "W10", "bnVsbA", "é", cursor[:-2]):
        assert api.as_role().get(f"/v1/campaigns?cursor={forged}").status == 422


def test_list_by_status(api: Api) -> None:
    api.draft()
    approved = api.approved()["id"]
    assert [one["id"] for one in api.as_role().get("/v1/campaigns?status=approved").body["items"]] == [approved]
    answered = api.as_role().get("/v1/campaigns?status=lost")
    assert (answered.status, answered.body["problems"][0]["value"]) == (422, "lost")


def test_figures_of_a_campaign_that_was_never_sent_are_zero(api: Api) -> None:
    stats = api.as_role("viewer").get(f"/v1/campaigns/{api.draft()['id']}/stats").body
    assert (stats["targeted"], stats["rates"]["opened"]) == (0, None)
