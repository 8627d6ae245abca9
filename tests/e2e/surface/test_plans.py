"""Limits of the plan as people meet them over HTTP."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from infra.local.demo.api import Api, Json
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually


def _on_plan(tenant: Tenant, plan: str) -> Json:
    """Has the platform change the plan."""
    operators = Api(tenant.laptop, "operators")
    version = operators.get(f"/v1/tenants/{tenant.id}", "platform")["version"]
    return operators.call("PATCH", f"/v1/tenants/{tenant.id}", "platform", {"plan": plan, "version": version})


def _use(tenant: Tenant, feature: str) -> Json:
    features: list[Json] = tenant.api.get("/v1/usage")["features"]
    return next(one for one in features if one["feature"] == feature)


def test_plan_limit_is_402_with_everything_about_it_and_a_larger_plan_lifts_it_at_once(tenant: Tenant) -> None:
    tenant.has_people(3)
    _on_plan(tenant, "starter")
    tenant.drafts().sends()
    second = tenant.drafts().approved()
    refused = tenant.answer("POST", f"{second.path}/send", "approver", {})
    assert (refused.status, refused.headers["content-type"]) == (402, "application/problem+json")
    problem = refused.body
    shown = {name: problem[name] for name in ("feature", "plan", "limit", "lifted_by", "instance")}
    assert shown == {
        "feature": "broadcasts",
        "plan": "starter",
        "limit": 1,
        "lifted_by": "professional",
        "instance": f"{second.path}/send",
    }
    assert problem["used"] + problem["reserved"] == 1
    assert problem["resets_at"] == _use(tenant, "broadcasts")["resets_at"]
    preflight = tenant.api.post(f"{second.path}/preflight", {}, "editor")
    assert (preflight["plan"]["allowed"], preflight["plan"]["lifted_by"]) == (False, "professional")
    assert preflight["summary"]["may_be_sent"] is False
    _on_plan(tenant, "professional")
    second.act("send", "approver")
    second.ends()
    eventually(lambda: _use(tenant, "broadcasts")["used"] == 2, "both runs are counted as begun")
    assert _use(tenant, "broadcasts")["reserved"] == 0


def test_of_fifty_who_want_the_last_unit_one_gets_it(tenant: Tenant) -> None:
    letter = {"name": "Letter", "body_template": "<p>Hello</p>"}
    tenant.api.post("/v1/templates", letter, "editor")
    _on_plan(tenant, "starter")

    def ask(_: int) -> int:
        return tenant.answer("POST", "/v1/templates", "editor", letter).status

    # Five at a time: each request that waits is a process of its own in the emulator.
    with ThreadPoolExecutor(5) as people:
        assert Counter(people.map(ask, range(50))) == {201: 1, 402: 49}
    assert len(list(tenant.api.pages("/v1/templates"))) == 2
    use = _use(tenant, "templates")
    assert (use["used"], use["reserved"], use["remaining"]) == (2, 0, 0)


def test_a_smaller_plan_deletes_nothing_and_blocks_what_is_new(tenant: Tenant) -> None:
    yoga = {"name": "Yoga", "filter_json": {"field": "tags", "op": "contains", "value": "yoga"}}
    segment = tenant.api.post("/v1/segments", yoga, "editor")
    _on_plan(tenant, "starter")
    assert _use(tenant, "segments")["over"] == 1
    refused = tenant.answer("POST", "/v1/segments", "editor", yoga)
    assert (refused.status, refused.body["limit"], refused.body["lifted_by"]) == (402, 0, "professional")
    assert tenant.api.get(f"/v1/segments/{segment['id']}") == segment
    assert tenant.api.get(f"/v1/segments/{segment['id']}/count")["members"] == 0
