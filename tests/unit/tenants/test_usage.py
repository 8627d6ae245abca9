"""The plan over HTTP: what is left of it, and the refusal when nothing is."""

from __future__ import annotations

import pytest

from ariia.domain.tenants.plan import Plan
from functions.api.tenants import usage
from tests.unit.campaigns.campaign_clients import OPERATIONS, Api


@pytest.fixture
def api() -> Api:
    return Api(operations=[*OPERATIONS, *usage.routes.operations])


def on_plan(api: Api, plan: Plan) -> None:
    tenant = api.desk.tenants.get("gym")
    assert tenant is not None
    tenant.plan = plan
    assert api.desk.tenants.save(tenant)


def test_usage_names_every_limit_with_what_is_left(api: Api) -> None:
    on_plan(api, Plan.PROFESSIONAL)
    sent = api.as_role().post(f"/v1/campaigns/{api.approved()['id']}/send")
    assert sent.status == 200, sent.body
    read = api.as_role("viewer").get("/v1/usage")
    assert (read.status, read.body["plan"], read.body["analytics"]) == (200, "professional", "standard")
    features = {one["feature"]: one for one in read.body["features"]}
    assert features["broadcasts"] == {
        "feature": "broadcasts",
        "limit": 10,
        "used": 0,
        "reserved": 1,
        "remaining": 9,
        "over": 0,
        "resets_at": "2027-01-31T23:00:00.000Z",
    }
    assert [(name, one["limit"]) for name, one in features.items()] == [
        ("broadcasts", 10),
        ("follow_ups", 50),
        ("templates", 10),
        ("segments", 3),
    ]
    assert features["templates"]["resets_at"] is None


def test_send_beyond_the_plan_is_402_and_says_how_to_go_on(api: Api) -> None:
    on_plan(api, Plan.STARTER)
    assert api.as_role().post(f"/v1/campaigns/{api.approved()['id']}/send").status == 200
    refused = api.as_role().post(f"/v1/campaigns/{api.approved()['id']}/send")
    assert (refused.status, refused.headers["Content-Type"]) == (402, "application/problem+json")
    shown = {name: refused.body[name] for name in ("feature", "plan", "limit", "used", "reserved", "lifted_by")}
    assert shown == {
        "feature": "broadcasts",
        "plan": "starter",
        "limit": 1,
        "used": 0,
        "reserved": 1,
        "lifted_by": "professional",
    }
    assert refused.body["resets_at"] == "2027-01-31T23:00:00.000Z"


def test_larger_plan_holds_at_once_and_a_smaller_one_takes_nothing_away(api: Api) -> None:
    on_plan(api, Plan.STARTER)
    body = {"name": "News", "type": "email", "body_template": "<p>Hi</p>"}
    editor = api.as_role("editor")
    made = [editor.post("/v1/templates", body).status for _ in range(3)]
    assert made == [201, 201, 402]
    on_plan(api, Plan.PROFESSIONAL)
    assert editor.post("/v1/templates", body).status == 201
    on_plan(api, Plan.STARTER)
    assert len(editor.get("/v1/templates").body["items"]) == 3
    templates = editor.get("/v1/usage").body["features"][2]
    assert (templates["used"], templates["over"], templates["remaining"]) == (3, 1, 0)
