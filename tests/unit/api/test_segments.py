"""Segments over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.api import dependencies
from functions.api.application import Application
from functions.api.routes import segments
from tests.unit.services.test_segments import YOGA, SegmentDesk

from .campaign_clients import SETTINGS
from .http import Client, claims

FIELDS = {"name": "Yoga", "filter_json": YOGA}


@dataclass
class Api:
    desk: SegmentDesk = field(default_factory=SegmentDesk)

    def client(self, role: str = "editor", tenant: str = "gym") -> Client:
        application = Application(segments.routes.operations, lambda: SETTINGS)
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
