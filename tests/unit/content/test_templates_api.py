"""Templates over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.campaigns.campaign_clients import Api
from tests.unit.campaigns.campaign_desk import HTML

FIELDS = {"name": "Frame", "body_template": HTML}


@pytest.fixture
def api() -> Api:
    return Api()


def test_template_is_made_read_edited_listed_and_deleted(api: Api) -> None:
    editor = api.as_role("editor")
    made = editor.post("/v1/templates", FIELDS | {"variables_json": {"offer": {"type": "string"}}})
    assert (made.status, made.headers["ETag"], made.body["created_by"]) == (201, '"1"', "anna")
    path = made.headers["Location"]
    assert api.as_role("viewer").get(path).body == made.body
    edited = editor.patch(path, {"name": "New"}, If_Match='"1"')
    assert (edited.status, edited.body["name"], edited.body["version"]) == (200, "New", 2)
    assert [one["id"] for one in editor.get("/v1/templates").body["items"]] == [made.body["id"]]
    assert editor.delete(path).status == 428
    assert editor.delete(path, If_Match='"1"').status == 409
    assert editor.delete(path, If_Match='"2"').status == 204
    assert editor.get(path).status == 404


def test_a_template_that_was_given_no_thumbnail_has_one_made_for_each_version(api: Api) -> None:
    editor = api.as_role("editor")
    made = editor.post("/v1/templates", FIELDS)
    first = made.body["thumbnail_url"]
    assert first.startswith("https://x.example/t/")
    second = editor.patch(made.headers["Location"], {"name": "New", "version": 1}).body["thumbnail_url"]
    assert second.startswith("https://x.example/t/")
    assert second != first
    given = {"thumbnail_url": "https://studio.example/t.png", "version": 2}
    assert editor.patch(made.headers["Location"], given).body["thumbnail_url"] == given["thumbnail_url"]
    listed = editor.get("/v1/templates").body["items"]
    assert listed[0]["thumbnail_url"] == given["thumbnail_url"]
    back = editor.patch(made.headers["Location"], {"thumbnail_url": None, "version": 3}).body["thumbnail_url"]
    assert back.startswith("https://x.example/t/")


def test_other_tenants_template_is_404(api: Api) -> None:
    path = api.as_role().post("/v1/templates", FIELDS).headers["Location"]
    stranger = api.as_role(tenant="club")
    assert stranger.get(path).status == 404
    assert stranger.get(f"{path}/findings").status == 404
    assert stranger.patch(path, {"name": "Mine", "version": 1}).status == 404
    assert stranger.delete(path, If_Match='"1"').status == 404
    assert stranger.post(f"{path}/render", {}).status == 404


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"body_template": "<p>\n{% endif %}"}, {"field": "body_template", "line": 2}),
        ({"body_template": "<p>\n\n{{ nickname }}"}, {"field": "body_template", "line": 3}),
        ({"type": "telegram"}, {"field": "type", "value": "telegram"}),
        ({"type": "sms"}, {"field": "type", "value": "sms", "allowed": ["email"]}),
        ({"variables_json": []}, {"field": "variables_json", "allowed": "an object"}),
        ({"variables_json": {"x y": "string"}}, {"field": "variables_json.x y"}),
        ({"thumbnail_url": "javascript:alert(1)"}, {"field": "thumbnail_url"}),
        ({"is_active": False, "is_default": True}, {"field": "is_default"}),
        ({"body_template": "é" * 80_000}, {"field": "body_template"}),
        ({"created_by": "eve"}, {"field": "created_by", "message": "is not a known field"}),
    ],
)
def test_wrong_template_is_422_and_says_where(api: Api, fields: dict[str, Any], problem: dict[str, Any]) -> None:
    answered = api.as_role("editor").post("/v1/templates", FIELDS | fields)
    assert answered.status == 422
    assert any(problem.items() <= one.items() for one in answered.body["problems"]), answered.body


def test_type_of_a_template_can_not_be_changed(api: Api) -> None:
    path = api.as_role().post("/v1/templates", FIELDS).headers["Location"]
    assert api.as_role().patch(path, {"type": "sms", "version": 1}).status == 422


def test_same_key_answers_with_the_same_template(api: Api) -> None:
    first = api.as_role().post("/v1/templates", FIELDS, Idempotency_Key="k")
    again = api.as_role().post("/v1/templates", FIELDS, Idempotency_Key="k")
    assert (again.body, again.headers["Idempotent-Replayed"]) == (first.body, "true")
    assert api.as_role().post("/v1/templates", FIELDS | {"name": "y"}, Idempotency_Key="k").status == 422


def test_render_shows_the_message_and_stores_nothing(api: Api) -> None:
    path = api.as_role().post("/v1/templates", FIELDS).headers["Location"]
    body = {"subject": "Hi {{ member.first_name }}", "member": {"first_name": "<Anna>"}}
    rendered = api.as_role("editor").post(f"{path}/render", body)
    assert api.as_role("viewer").post(f"{path}/render", body).status == 403
    assert (rendered.status, rendered.body["subject"]) == (200, "Hi <Anna>")
    assert "Hello &lt;Anna&gt;" in rendered.body["html"]
    assert "Hello <Anna>" in rendered.body["text"]
    assert api.as_role().get(path).body["version"] == 1


def test_render_says_what_it_misses(api: Api) -> None:
    path = api.as_role().post("/v1/templates", FIELDS).headers["Location"]
    answered = api.as_role().post(f"{path}/render", {"subject": "{{ member.last_name }}"})
    assert (answered.status, answered.body["problems"][0]["field"]) == (422, "subject")
    assert api.as_role().post(f"{path}/render", {"member": {"shoe": 1}}).status == 422


def test_findings_come_errors_first(api: Api) -> None:
    made = api.as_role().post("/v1/templates", {"name": "x", "body_template": "<img src='a.png'>"})
    findings = api.as_role("viewer").get(f"{made.headers['Location']}/findings").body["items"]
    assert [one["severity"] for one in findings] == sorted(one["severity"] for one in findings)
    assert findings[0]["code"] == "missing_unsubscribe"
