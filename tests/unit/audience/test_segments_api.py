"""Segments over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.segments import member_routes as segment_members
from functions.api.segments import routes as segments
from tests.unit.audience.test_segments import YOGA, SegmentDesk
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Client, claims

OPERATIONS = [*segments.routes.operations, *segment_members.routes.operations]
FIELDS = {"name": "Yoga", "filter_json": YOGA}


@dataclass
class Api:
    desk: SegmentDesk = field(default_factory=SegmentDesk)

    def client(self, role: str = "editor", tenant: str = "gym") -> Client:
        application = Application(RouteTable(OPERATIONS), lambda: SETTINGS)
        application.resolver.dependency_overrides[dependencies.services] = lambda: self.desk
        return Client(application.answer, claims(tenant, role))


@pytest.fixture
def api() -> Api:
    return Api()


def test_segment_is_made_read_edited_listed_and_deleted(api: Api) -> None:
    editor = api.client()
    made = editor.post("/v1/segments", FIELDS)
    assert (made.status, made.body["is_dynamic"], made.body["filter_json"]) == (201, True, YOGA)
    path = made.headers["Location"]
    assert api.client("viewer").get(path).body == made.body
    edited = editor.patch(path, {"description": "All who bend", "version": 1})
    assert (edited.status, edited.body["description"], edited.headers["ETag"]) == (200, "All who bend", '"2"')
    assert editor.patch(path, {"name": "Late", "version": 1}).status == 409
    assert [one["id"] for one in editor.get("/v1/segments").body["items"]] == [made.body["id"]]
    assert editor.delete(path).status == 428
    assert editor.delete(path, If_Match='"2"').status == 204
    assert editor.get(path).status == 404


def test_other_tenants_segment_is_404_and_a_viewer_makes_none(api: Api) -> None:
    path = api.client().post("/v1/segments", FIELDS).headers["Location"]
    stranger = api.client(tenant="club")
    assert stranger.get(path).status == 404
    assert stranger.patch(path, {"name": "Mine", "version": 1}).status == 404
    assert stranger.delete(path, If_Match='"1"').status == 404
    assert api.client("viewer").post("/v1/segments", FIELDS).status == 403


def test_same_key_answers_with_the_same_segment(api: Api) -> None:
    first, again = (api.client().post("/v1/segments", FIELDS, Idempotency_Key="k") for _ in range(2))
    assert (again.body, again.headers["Idempotent-Replayed"]) == (first.body, "true")
    assert api.client().post("/v1/segments", FIELDS | {"name": "Other"}, Idempotency_Key="k").status == 422


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"filter_json": {"all": [{"not": {"field": "tag"}}]}}, {"field": "filter_json.all[0].not.field"}),
        (
            {"filter_json": {"field": "created_at", "op": "within_last", "value": 0}},
            {"field": "filter_json.value", "value": 0, "allowed": "a whole number from 1 to 36500"},
        ),
        ({"filter_json": []}, {"field": "filter_json", "allowed": "an object"}),
        ({"is_dynamic": False}, {"field": "filter_json"}),
        ({"name": ""}, {"field": "name"}),
    ],
)
def test_mistakes_are_422_with_their_place(api: Api, fields: dict[str, Any], problem: dict[str, Any]) -> None:
    answered = api.client().post("/v1/segments", FIELDS | fields)
    assert answered.status == 422
    assert any(problem.items() <= one.items() for one in answered.body["problems"]), answered.body


def test_published_schema_judges_filters(api: Api) -> None:
    answered = api.client("viewer").get("/v1/segments/schema")
    assert answered.status == 200
    validator = Draft202012Validator(answered.body)
    assert validator.is_valid(YOGA)
    assert not validator.is_valid({"field": "tags", "op": "gt", "value": 3})


def test_count_sample_list_and_freeze_over_http(api: Api) -> None:
    api.desk.add("anna", "ben", tags=["yoga"])
    api.desk.add("cleo")
    editor = api.client()
    path = editor.post("/v1/segments", FIELDS).headers["Location"]
    count = api.client("viewer").get(f"{path}/count")
    assert (count.status, count.body["members"], count.body["reachable"]) == (200, 2, 2)
    assert editor.get(f"{path}/count?channel=sms").body["unreachable"] == {"no_address": 2}
    assert editor.get(f"{path}/count?channel=pigeon").status == 422
    assert sorted(one["id"] for one in editor.get(f"{path}/sample").body["items"]) == ["anna", "ben"]
    asked = {"filter_json": {"not": YOGA}}
    assert editor.post("/v1/segments/count", asked).body["members"] == 1
    assert [one["id"] for one in editor.post("/v1/segments/sample", asked).body["items"]] == ["cleo"]
    assert editor.post("/v1/segments/count", {"filter_json": {"field": 1}}).status == 422
    assert editor.get(f"{path}/members").status == 409
    frozen = editor.post(f"{path}/freeze", {"name": "Then"}, Idempotency_Key="k")
    assert (frozen.status, frozen.body["is_filled"], frozen.body["is_dynamic"]) == (201, False, False)


def test_list_is_changed_by_chunks_and_one_by_one(api: Api) -> None:
    api.desk.add("anna", "ben", "cleo")
    editor = api.client()
    segment_id = editor.post("/v1/segments", {"name": "List", "is_dynamic": False}).body["id"]
    path = f"/v1/segments/{segment_id}"
    changed = editor.post(f"{path}/members", {"add": ["anna", "ben", "ghost"]})
    assert (changed.status, changed.body) == (200, {"added": 2, "removed": 0, "unknown": ["ghost"]})
    assert editor.call("PUT", f"/v1/segments/{segment_id}/members/cleo").body["added"] == 1
    assert editor.delete(f"/v1/segments/{segment_id}/members/ben").status == 204
    listed = editor.get(f"{path}/members?limit=1")
    found = [listed.body["items"][0]["member_id"]]
    listed = editor.get(f"{path}/members?limit=1&cursor={listed.body['next_cursor']}")
    assert sorted([*found, listed.body["items"][0]["member_id"]]) == ["anna", "cleo"]
    assert editor.post(f"{path}/members", {"add": ["a b"]}).status == 422
    assert editor.post(f"{path}/members", {}).status == 422
    assert api.client("viewer").post(f"{path}/members", {"add": ["anna"]}).status == 403
    stranger = api.client(tenant="club")
    for method, part in (("GET", "members"), ("GET", "count"), ("GET", "sample"), ("PUT", "members/anna")):
        assert stranger.call(method, f"{path}/{part}").status == 404
    assert stranger.post(f"{path}/freeze", {"name": "Mine"}).status == 404
