"""Suppressions and the audit trail over HTTP."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ariia.domain.tenants.tenant import Tenant
from ariia.services.audit import AuditLog
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.consent.suppressions import Suppressions
from ariia.services.members.members import Members
from ariia.services.tenants.directory import TenantDirectory
from ariia.services.tenants.tenants import Tenants
from functions.api.consent import audit, suppressions
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.members import routes as members
from functions.api.tenants import settings
from tests.builders import any_double_opt_in, any_lifting
from tests.doubles.audit import MemoryAudit
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.suppressions import MemorySuppressions
from tests.doubles.tenants import MemoryTenants
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.campaigns.campaign_desk import VerifiedDomains
from tests.unit.gate.http import Client, claims

MAIL = "anna@example.com"


class Api:
    def __init__(self) -> None:
        self.clock, trail = ManualClock(), MemoryAudit()
        store, tenants = MemoryMembers(16, trail, self.clock.now), MemoryTenants(trail)
        tenants.create(Tenant("gym", "Gym", created_at=self.clock.now()))
        services = SimpleNamespace(
            members=Members(store, MemoryJobs(), any_double_opt_in(), self.clock, CountingIds("new")),
            member_consent=MemberConsent(store, any_double_opt_in(), self.clock),
            suppressions=Suppressions(MemorySuppressions(store), store, self.clock),
            audit=AuditLog(trail, TenantDirectory(tenants).began, self.clock),
            tenants=Tenants(tenants, VerifiedDomains(), any_lifting(), self.clock),
        )
        resources = (members, suppressions, audit, settings)
        operations = [operation for resource in resources for operation in resource.routes.operations]
        self.application = Application(RouteTable(operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: services

    def as_role(self, role: str = "admin", tenant: str = "gym", subject: str = "boss") -> Client:
        return Client(self.application.answer, claims(tenant, role, subject))

    def suppress(self) -> str:
        body = {"channel": "email", "address": MAIL, "reason": "asked by phone"}
        made = self.as_role("editor", subject="ed").post("/v1/suppressions", body)
        assert made.status == 201, made.body
        return str(made.body["id"])


@pytest.fixture
def api() -> Api:
    return Api()


def test_a_suppression_is_added_found_and_lifted(api: Api) -> None:
    api.as_role().call("PUT", "/v1/members/anna", {"email": "Anna@Example.com"})
    made = api.suppress()

    assert api.suppress() == made
    [listed] = api.as_role("viewer").get("/v1/suppressions?channel=email&reason=manual").body["items"]
    assert (listed["id"], listed["member_ids"], listed["note"], listed["by"]) == (
        made,
        ["anna"],
        "asked by phone",
        "ed",
    )
    assert MAIL not in str(listed).lower()
    assert api.as_role().get("/v1/suppressions?reason=complaint").body == {"items": [], "next_cursor": None}
    assert api.as_role().get(f"/v1/suppressions?address={MAIL}").body["items"] == [listed]
    assert api.as_role().get("/v1/members/anna").body["suppression"]["email"]["reason"] == "manual"

    lifted = api.as_role().post(f"/v1/suppressions/{made}/lift", {"reason": "wrong address"})

    assert (lifted.status, lifted.body) == (200, {"id": made, "member_ids": ["anna"]})
    assert api.as_role().get("/v1/members/anna").body["suppression"] == {}
    assert api.as_role().get(f"/v1/suppressions/{made}").status == 404


def test_only_admins_lift_and_only_with_a_reason_and_only_their_own(api: Api) -> None:
    path = f"/v1/suppressions/{api.suppress()}/lift"

    assert api.as_role("editor").post(path, {"reason": "please"}).status == 403
    assert api.as_role().post(path, {"reason": "  "}).status == 422
    assert api.as_role(tenant="other").post(path, {"reason": "please"}).status == 404
    assert api.as_role(tenant="other").get("/v1/suppressions").body["items"] == []


@pytest.mark.parametrize(
    ("channel", "address"), [("email", "anna@"), ("sms", "12"), ("telegram", "anna"), ("whatsapp", "+")]
)
def test_what_is_no_address_is_refused(api: Api, channel: str, address: str) -> None:
    body = {"channel": channel, "address": address, "reason": "why"}
    refused = api.as_role().post("/v1/suppressions", body)

    assert refused.status == 422
    assert refused.body["problems"][0]["field"] == "address"


def test_the_audit_trail_names_who_what_and_why_page_by_page(api: Api) -> None:
    client = api.as_role("editor", subject="ed")
    client.call("PUT", "/v1/members/anna", {"email": MAIL})
    said = {"status": "granted", "source": "desk", "proof": {"form": "F-17"}}
    client.call("PUT", "/v1/members/anna/consent/email", said)
    api.clock.advance(1)
    made = api.suppress()
    api.clock.advance(1)
    api.as_role().post(f"/v1/suppressions/{made}/lift", {"reason": "wrong address"})
    api.as_role().patch("/v1/settings", {"hold_unknown": True, "version": 1})

    assert client.get("/v1/audit").status == 403
    items, path = [], "/v1/audit?limit=2"
    while True:
        page = api.as_role().get(path).body
        items += page["items"]
        if page["next_cursor"] is None:
            break
        path = f"/v1/audit?limit=2&cursor={page['next_cursor']}"
    assert {(one["kind"], one["action"], one["by"], one["reason"]) for one in items} == {
        ("settings", "changed", "boss", None),
        ("suppression", "lifted", "boss", "wrong address"),
        ("suppression", "suppressed", "ed", "asked by phone"),
        ("consent", "granted", "ed", "desk"),
    }
    assert len(items) == 6
    assert MAIL not in str(items)
    about = api.as_role().get("/v1/audit?member_id=anna").body["items"]
    assert [one["action"] for one in about] == ["lifted", "suppressed", "granted"]
    assert about[-1]["details"]["proof"] == {"form": "F-17"}
    settings_ = next(one for one in items if one["kind"] == "settings")
    assert settings_["details"] == {"hold_unknown": [False, True]}
    assert api.as_role(tenant="other").get("/v1/audit").body["items"] == []


def test_a_proof_has_a_bounded_size(api: Api) -> None:
    said = {"status": "granted", "proof": {"text": "x" * 1_100}}
    refused = api.as_role().call("PUT", "/v1/members/anna", {"consent": {"email": said}})

    assert refused.status == 422
    assert refused.body["problems"][0]["field"] == "consent.email.proof"
