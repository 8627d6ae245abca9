"""The double opt-in over HTTP: the setting, whom it holds back, and asking again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.tenant import Tenant
from ariia.services.imports.imports import Imports
from ariia.services.tenants.tenants import Tenants
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.imports import routes as imports
from functions.api.members import routes as members
from functions.api.tenants import routes as tenants
from functions.api.tenants import settings
from tests.builders import TENANT, any_double_opt_in
from tests.doubles.clock import CountingIds
from tests.doubles.uploads import MemoryUploads
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.confirmations.confirmation_desk import MAIL, ConfirmationDesk
from tests.unit.gate.http import Answered, Client, claims

GRANTED = {"status": "granted", "source": "form"}
ASK = "/v1/members/anna/consent/email/confirmation"


class Api:
    def __init__(self) -> None:
        self.desk = desk = ConfirmationDesk()
        opt_in = any_double_opt_in(desk.tenants, desk.schedules, desk.clock)
        desk.tenants.create(Tenant("new", "New"))
        services = SimpleNamespace(
            members=desk.members,
            member_consent=desk.consent,
            asking_again=desk.again,
            confirmation_questions=desk.questions,
            tenants=Tenants(desk.tenants, desk.domains, desk.lifting, desk.clock),
            imports=Imports(desk.jobs, MemoryUploads(), opt_in, desk.clock, CountingIds("i")),
        )
        operations = [one for group in (members, settings, imports, tenants) for one in group.routes.operations]
        self.application = Application(RouteTable(operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: services

    def as_role(self, role: str = "editor", tenant: str = TENANT) -> Client:
        return Client(self.application.answer, claims(tenant, role))

    def put(self, **consent: object) -> Answered:
        body = {"email": MAIL, "consent": {"email": {**GRANTED, **consent}}}
        return self.as_role().call("PUT", "/v1/members/anna", body)


@pytest.fixture
def api() -> Api:
    return Api()


def test_the_setting_takes_a_verified_sender_and_is_noted(api: Api) -> None:
    admin = api.as_role("admin", "new")
    assert admin.get("/v1/settings").body["double_opt_in"] is False

    refused = admin.patch("/v1/settings", {"double_opt_in": True, "version": 1})
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "double_opt_in")
    assert "default_sender" in refused.body["problems"][0]["allowed"]
    sender = {"default_sender": "New <hi@new.example>", "settings": {"double_opt_in": True}, "version": 1}
    assert admin.patch("/v1/tenant", sender).status == 422, "its domain is not verified"

    api.desk.domains.domains.add(("new", "new.example"))
    assert admin.patch("/v1/tenant", sender).body["settings"]["double_opt_in"] is True
    assert admin.get("/v1/settings").body["double_opt_in"] is True
    page = api.desk.tenants.audit.page("new", 10, None, 0, api.desk.clock.now())
    assert page.entries[0].details["double_opt_in"] == [False, True]


def test_with_the_setting_the_sender_stays_a_verified_one(api: Api) -> None:
    admin = api.as_role("admin")
    for sender in (None, "Studio <hi@elsewhere.example>"):
        refused = admin.patch("/v1/tenant", {"default_sender": sender, "version": 1})
        assert (refused.status, refused.body["problems"][0]["field"]) == (422, "default_sender")
    api.desk.domains.domains.clear()
    assert admin.patch("/v1/tenant", {"name": "Studio Nord", "version": 1}).status == 200, (
        "a lost domain locks nobody out"
    )
    without = {"default_sender": None, "settings": {"double_opt_in": False}, "version": 2}
    assert admin.patch("/v1/tenant", without).status == 200


def test_a_new_tenant_can_not_have_it_yet(api: Api) -> None:
    body = {"id": "other", "name": "Other", "settings": {"double_opt_in": True}}
    refused = api.as_role("platform").post("/v1/tenants", body)
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "settings.double_opt_in")


def test_grants_by_put_post_and_the_consent_path_wait(api: Api) -> None:
    assert api.put().body["consent"]["email"]["status"] == "pending"
    made = api.as_role().post("/v1/members", {"id": "ben", "email": MAIL, "consent": {"email": GRANTED}})
    assert made.body["consent"]["email"]["status"] == "pending"
    api.as_role().call("PUT", "/v1/members/carl", {"email": MAIL})
    noted = api.as_role().call("PUT", "/v1/members/carl/consent/email", GRANTED)
    assert noted.body["consent"]["email"]["status"] == "pending"
    assert noted.body["consent_history"][-1]["status"] == "pending"
    api.desk.live(5)
    assert api.desk.asked == [MAIL] * 3


def test_a_grant_with_its_own_proof_does_not(api: Api) -> None:
    proof = {"double_opt_in": {"confirmed_at": "2026-03-01T09:05:00Z", "ip": "…"}, "form": "F-17"}
    held = api.put(proof=proof).body["consent"]["email"]
    assert (held["status"], held["proof"]) == ("granted", proof)
    refused = api.put(proof={"double_opt_in": "yes"})
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "consent.email.proof")


def test_asking_again_is_answered_with_when_and_repeatable_by_key(api: Api) -> None:
    api.put()
    api.desk.live(3)
    asked = api.as_role().post(ASK, None, Idempotency_Key="k1")
    api.desk.clock.advance(1)
    again = api.as_role().post(ASK, None, Idempotency_Key="k1")

    assert (asked.status, again.status, again.body) == (202, 202, asked.body)
    assert (asked.body["member_id"], asked.body["channel"]) == ("anna", "email")
    assert (asked.headers["Location"], again.headers["Idempotent-Replayed"]) == ("/v1/members/anna", "true")
    api.desk.live(5)
    assert api.desk.asked == [MAIL] * 2
    assert api.as_role().post(ASK).status == 202
    refused = api.as_role().post(ASK)
    assert (refused.status, refused.body["title"]) == (429, "Too much in too short a time")
    assert int(refused.headers["Retry-After"]) > 0


def test_asking_again_is_refused_with_the_reason(api: Api) -> None:
    assert api.as_role().post(ASK).status == 404
    api.put(proof={"double_opt_in": {"confirmed_at": "2026-03-01T09:05:00Z"}})
    refused = api.as_role().post(ASK)
    assert (refused.status, "not pending" in refused.body["detail"]) == (409, True)
    sms = api.as_role().post("/v1/members/anna/consent/sms/confirmation")
    assert (sms.status, sms.body["problems"][0]["allowed"]) == (422, ["email"])
    assert api.as_role(tenant="new").post(ASK).status == 404
    for role in ("viewer", "agent", "approver"):
        assert api.as_role(role).post(ASK).status == 403


def test_an_import_says_whether_it_asks(api: Api) -> None:
    body = {"format": "csv", "send_confirmations": True}
    assert api.as_role().post("/v1/imports", body).body["send_confirmations"] is True
    assert api.as_role().post("/v1/imports", {"format": "csv"}).body["send_confirmations"] is False
    refused = api.as_role(tenant="new").post("/v1/imports", body)
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "send_confirmations")


def test_a_question_says_what_it_waits_for_until_it_is_answered(api: Api) -> None:
    quiet = {"email": QuietHours("07:00", "20:00")}
    viewer, desk = api.as_role("viewer"), api.desk
    desk.choose(double_opt_in=True, quiet_hours=quiet)
    desk.domains.domains.clear()
    api.put()
    at_eight = {"for": "quiet_hours", "until": "2027-01-15T19:00:00.000Z", "reason": None}
    assert viewer.get(ASK).body == {"member_id": "anna", "channel": "email", "sent_at": None, "waits": at_eight}

    desk.choose(double_opt_in=True)
    assert viewer.get(ASK).body["waits"] == {"for": "sender", "until": None, "reason": None}
    desk.domains.domains.add((TENANT, "studio.example"))
    assert viewer.get(ASK).body["waits"]["for"] == "rate"
    desk.live(3)
    asked = viewer.get(ASK).body
    assert (asked["waits"]["for"], asked["sent_at"] is None) == ("answer", False)

    desk.page.confirm(desk.token(), "1-en")
    assert viewer.get(ASK).status == 404
    assert viewer.get("/v1/members/nobody/consent/email/confirmation").status == 404
    assert viewer.get("/v1/members/anna/consent/sms/confirmation").status == 422


def test_what_the_tenant_switched_off_waits_for_nothing(api: Api) -> None:
    api.put()
    api.desk.choose()
    assert api.as_role("viewer").get(ASK).body["waits"] is None
