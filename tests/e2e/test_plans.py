"""Limits of the plan as people meet them over HTTP."""

from __future__ import annotations

from infra.local.demo.api import Api, Json

from .tenant import Tenant
from .waiting import eventually


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
