"""A tenant's own choices, and that they hold for what it sends."""

from __future__ import annotations

from infra.local.demo.api import Json
from tests.e2e.tenant import Tenant


def _settings(tenant: Tenant, **changes: object) -> Json:
    version = tenant.api.get("/v1/settings")["version"]
    return tenant.api.call("PATCH", "/v1/settings", "admin", changes | {"version": version})


def test_what_a_tenant_chooses_holds_for_what_it_sends_from_then_on(tenant: Tenant) -> None:
    tenant.has_members({"id": one, "email": "family+open@home.example"} for one in ("anna", "ben"))
    before = tenant.drafts()
    changed = _settings(tenant, one_per_address=False, track_opens=False, track_clicks=False)
    assert changed["hold_unknown"] is False, "what is left out stays"
    after = tenant.drafts().sends()
    before.sends().ends().agrees()
    after.ends().agrees()
    assert before.statuses() == {"opened": 1, "duplicate_address": 1}
    assert after.statuses() == {"delivered": 2}
    sets = {one.configuration_set for one in after.messages()}
    assert sets == {"ariia-local-untracked"}
    assert after.figures()["opens_untracked"] == 2


def test_only_an_admin_chooses_and_on_the_version_they_have_read(tenant: Tenant) -> None:
    version = tenant.api.get("/v1/settings")["version"]
    change = {"hold_unknown": True, "version": version}
    for role in ("viewer", "agent", "editor", "approver"):
        assert tenant.answer("PATCH", "/v1/settings", role, change).status == 403
    assert tenant.answer("PATCH", "/v1/settings", "admin", {"hold_unknown": True}).status == 428
    assert tenant.answer("PATCH", "/v1/settings", "admin", change).status == 200
    assert tenant.answer("PATCH", "/v1/settings", "admin", change).status == 409
    assert tenant.api.get("/v1/settings")["hold_unknown"] is True


def test_a_choice_that_can_not_be_is_refused_by_name(tenant: Tenant) -> None:
    before = tenant.api.get("/v1/settings")
    wrong: dict[str, object] = {
        "pause_at_bounce_rate": 0.5,
        "pause_at_complaint_rate": -0.1,
        "quiet_hours": {"pigeon": {"start": "21:00", "end": "08:00"}},
        "misfire": {"policy": "perhaps"},
        "plan": "enterprise",
        "hold_unknown": None,
    }
    for name, value in wrong.items():
        refused = tenant.answer("PATCH", "/v1/settings", "admin", {name: value, "version": before["version"]})
        assert refused.status == 422, refused
        assert {field.partition(".")[0] for field in refused.fields} == {name}, refused
    assert tenant.api.get("/v1/settings") == before
