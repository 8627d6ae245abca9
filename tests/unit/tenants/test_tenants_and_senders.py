"""Tenants, sender domains and recipients over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ariia.services.recipients import Recipients
from ariia.services.senders.domains import SenderDomains
from ariia.services.tenants.tenants import Tenants
from ariia.settings import ApiSettings
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.recipients import routes as recipients
from functions.api.senders import routes as senders
from functions.api.tenants import routes as tenants
from functions.api.tenants import settings
from tests.builders import any_lifting
from tests.doubles.clock import ManualClock
from tests.doubles.senders import MemorySenders
from tests.doubles.ses_identities import MemoryIdentities
from tests.doubles.tenants import MemoryTenants
from tests.unit.gate.http import Client, claims
from tests.unit.recipients.test_recipients import MEMBERS, Desk

SETTINGS = ApiSettings(
    stage="test",
    table_prefix="test",
    shards=4,
    public_base_url="https://api.test",
    campaign_run_arn="arn:aws:states:eu-central-1:0:stateMachine:campaign_run",
    uploads_bucket="uploads",
    count_audience_arn="arn:function:count-audience",
    recount_statistics_arn="arn:function:recount-statistics",
    job_concurrency=4,
    schedule_group="test",
    schedule_role_arn="arn:aws:iam::0:role/schedules",
    schedule_dlq_arn="arn:aws:sqs:eu-central-1:0:schedules",
    email_queue_url="queue",
    revisit_group="group",
    revisit_functions_arn="arn:function:",
    revisit_role_arn="arn",
    revisit_dlq_arn="arn",
    signing_secret_arn="arn:aws:secretsmanager:eu-central-1:0:secret:signing",
    configuration_set="test",
)


@dataclass
class Services:
    """Those of the services behind the API that these routes use."""

    tenants: Tenants
    sender_domains: SenderDomains
    recipients: Recipients


@pytest.fixture
def identities() -> MemoryIdentities:
    return MemoryIdentities()


@pytest.fixture
def as_role(identities: MemoryIdentities) -> Callable[..., Client]:
    clock, desk = ManualClock(), Desk()
    senders_ = SenderDomains(MemorySenders(), identities, any_lifting(), clock)
    services = Services(Tenants(MemoryTenants(), senders_, any_lifting(), clock), senders_, desk.service)
    resources = (tenants, settings, senders, recipients)
    operations = [operation for resource in resources for operation in resource.routes.operations]
    application = Application(RouteTable(operations), lambda: SETTINGS)
    application.resolver.dependency_overrides[dependencies.services] = lambda: services
    return lambda role="admin", tenant="t1": Client(application.answer, claims(tenant, role))


AsRole = Callable[..., Client]


def test_platform_makes_a_tenant_and_its_admin_sets_it_up(as_role: AsRole) -> None:
    made = as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym Nord", "plan": "business"})
    assert (made.status, made.body["plan"], made.body["settings"]["one_per_address"]) == (201, "business", True)
    assert made.headers["Location"] == "/v1/tenants/t1"
    own = as_role("viewer").get("/v1/tenant")
    assert (own.status, own.body["name"], own.headers["ETag"]) == (200, "Gym Nord", '"1"')
    change = {"settings": {"hold_unknown": True}, "default_sender": "Gym <hi@gym.de>", "version": 1}
    changed = as_role("admin").patch("/v1/tenant", change)
    assert changed.body["settings"] == {**made.body["settings"], "hold_unknown": True}
    assert (changed.body["name"], changed.body["version"]) == ("Gym Nord", 2)


def test_admin_can_not_change_the_plan(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    assert as_role("admin").patch("/v1/tenant", {"plan": "enterprise", "version": 1}).status == 422
    assert as_role("admin").patch("/v1/tenants/t1", {"plan": "enterprise", "version": 1}).status == 403
    assert (
        as_role("platform").patch("/v1/tenants/t1", {"plan": "enterprise", "version": 1}).body["plan"] == "enterprise"
    )


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "admin", "agent"])
def test_only_the_platform_sees_all_tenants(as_role: AsRole, role: str) -> None:
    assert as_role(role).get("/v1/tenants").status == 403
    assert as_role(role).post("/v1/tenants", {"id": "x", "name": "X"}).status == 403


def test_tenant_creation_is_repeatable_with_its_key(as_role: AsRole) -> None:
    platform, body = as_role("platform"), {"id": "t1", "name": "Gym"}
    assert platform.post("/v1/tenants", body, Idempotency_Key="k").status == 201
    again = platform.post("/v1/tenants", body, Idempotency_Key="k")
    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert platform.post("/v1/tenants", {**body, "name": "Y"}, Idempotency_Key="k").status == 422
    assert platform.post("/v1/tenants", body).status == 409


def test_change_needs_the_version_it_is_based_on(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    admin = as_role("admin")
    assert admin.patch("/v1/tenant", {"name": "New"}).status == 428
    assert admin.patch("/v1/tenant", {"name": "New"}, If_Match='"1"').status == 200
    assert admin.patch("/v1/tenant", {"name": "Newer", "version": 1}).status == 409


def test_null_clears_an_optional_field_and_is_refused_for_a_required_one(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym", "website": "https://gym.de"})
    assert as_role().patch("/v1/tenant", {"website": None, "version": 1}).body["website"] is None
    assert as_role().patch("/v1/tenant", {"name": None, "version": 2}).status == 422


def test_tenants_are_listed_in_pages(as_role: AsRole) -> None:
    platform = as_role("platform")
    for number in range(5):
        platform.post("/v1/tenants", {"id": f"t{number}", "name": "Gym"})
    first = platform.get("/v1/tenants?limit=3").body
    second = platform.get(f"/v1/tenants?limit=3&cursor={first['next_cursor']}").body
    assert [one["id"] for one in first["items"] + second["items"]] == [f"t{number}" for number in range(5)]
    assert second["next_cursor"] is None


def test_token_of_a_tenant_that_does_not_exist_is_told_so(as_role: AsRole) -> None:
    answer = as_role(tenant="ghost").get("/v1/tenant")
    assert answer.status == 404
    assert "ghost" in answer.body["detail"]


def test_admin_changes_one_setting_and_keeps_the_others(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym", "settings": {"track_opens": False}})
    read = as_role("viewer").get("/v1/settings")
    assert (read.status, read.body["track_opens"], read.body["version"]) == (200, False, 1)
    changed = as_role("admin").patch("/v1/settings", {"hold_unknown": True, "version": 1})
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert changed.body == {**read.body, "hold_unknown": True, "version": 2}
    assert as_role("viewer").get("/v1/tenant").body["settings"]["hold_unknown"] is True


def test_quiet_hours_and_lateness_are_settings(as_role: AsRole) -> None:
    made = as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    assert made.body["settings"]["misfire"] == {"policy": "send", "after_seconds": 3_600}
    night = {"start": "21:00", "end": "08:00", "days": ["sunday"]}
    change = {"quiet_hours": {"email": night}, "misfire": {"policy": "ask"}, "version": 1}
    changed = as_role().patch("/v1/settings", change)
    assert changed.body["quiet_hours"] == {"email": night}
    assert changed.body["misfire"] == {"policy": "ask", "after_seconds": 3_600}
    assert as_role().get("/v1/settings").body == changed.body
    assert as_role().patch("/v1/settings", {"quiet_hours": {}, "version": 2}).body["quiet_hours"] == {}


def test_a_frequency_cap_is_a_setting(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    cap = {"per_day": 1, "per_week": 3, "overflow": "defer", "defer_hours": 48}
    changed = as_role().patch("/v1/settings", {"frequency_cap": cap, "version": 1})
    assert changed.body["frequency_cap"] == {**cap, "per_month": None}
    kept = as_role().patch("/v1/settings", {"hold_unknown": True, "version": 2})
    assert kept.body["frequency_cap"] == changed.body["frequency_cap"]
    assert as_role().patch("/v1/settings", {"frequency_cap": None, "version": 3}).body["frequency_cap"] is None


@pytest.mark.parametrize(
    ("cap", "field"),
    [
        ({"per_day": 0}, "frequency_cap.per_day"),
        ({"per_day": 1, "overflow": "drop"}, "frequency_cap.overflow"),
        ({"per_day": 1, "defer_hours": 721}, "frequency_cap.defer_hours"),
        ({"per_year": 1}, "frequency_cap.per_year"),
        ({}, "frequency_cap.per_day"),
    ],
)
def test_a_wrong_frequency_cap_is_refused_by_name(as_role: AsRole, cap: dict[str, object], field: str) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    answer = as_role().patch("/v1/settings", {"frequency_cap": cap, "version": 1})
    assert (answer.status, answer.body["problems"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"email": {"start": "25:00", "end": "08:00"}}, "quiet_hours.email.start"),
        ({"email": {"start": "21:00"}}, "quiet_hours.email.end"),
        ({"pigeon": {"start": "21:00", "end": "08:00"}}, "quiet_hours.pigeon"),
    ],
)
def test_wrong_quiet_hours_are_refused_by_name(as_role: AsRole, hours: dict[str, object], field: str) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    answer = as_role().patch("/v1/settings", {"quiet_hours": hours, "version": 1})
    assert (answer.status, answer.body["problems"][0]["field"]) == (422, field)


def test_settings_are_changed_by_admins_only_and_by_their_names(as_role: AsRole) -> None:
    as_role("platform").post("/v1/tenants", {"id": "t1", "name": "Gym"})
    assert as_role("editor").patch("/v1/settings", {"hold_unknown": True, "version": 1}).status == 403
    assert as_role("admin").patch("/v1/settings", {"plan": "enterprise", "version": 1}).status == 422
    assert as_role("admin").patch("/v1/settings", {"hold_unknown": None, "version": 1}).status == 422
    assert as_role("admin").patch("/v1/settings", {"hold_unknown": True}).status == 428
    assert as_role(tenant="ghost").get("/v1/settings").status == 404


def test_sender_domain_from_records_to_verified(as_role: AsRole, identities: MemoryIdentities) -> None:
    admin = as_role()
    made = admin.post("/v1/senders", {"domain": "Gym.de"})
    assert (made.status, made.body["verified"]) == (201, False)
    assert {record["purpose"] for record in made.body["dns_records"]} == {"dkim", "mail_from", "dmarc"}
    assert admin.post("/v1/senders", {"domain": "gym.de"}).headers["Idempotent-Replayed"] == "true"
    identities.verify("gym.de")
    assert as_role("viewer").get("/v1/senders/gym.de").body["verified"] is True
    assert as_role("viewer").get("/v1/senders").body["items"][0]["domain"] == "gym.de"
    assert admin.delete("/v1/senders/gym.de").status == 204
    assert admin.get("/v1/senders/gym.de").status == 404


def test_only_admins_add_and_remove_domains(as_role: AsRole) -> None:
    as_role().post("/v1/senders", {"domain": "gym.de"})
    for role in ("viewer", "editor", "approver", "agent"):
        assert as_role(role).post("/v1/senders", {"domain": "x.de"}).status == 403
        assert as_role(role).delete("/v1/senders/gym.de").status == 403


def test_domain_of_another_tenant_answers_conflict_to_add_and_not_found_to_read(as_role: AsRole) -> None:
    as_role(tenant="t1").post("/v1/senders", {"domain": "gym.de"})
    other = as_role(tenant="t2")
    answer = other.post("/v1/senders", {"domain": "gym.de"})
    assert answer.status == 409
    assert "t1" not in str(answer.body)
    assert other.get("/v1/senders/gym.de").status == 404
    assert as_role("platform").delete("/v1/sender-registrations/gym.de").status == 204
    assert other.post("/v1/senders", {"domain": "gym.de"}).status == 201


def test_malformed_domain_names_its_field(as_role: AsRole) -> None:
    answer = as_role().post("/v1/senders", {"domain": "https://gym.de"})
    assert answer.status == 422
    assert answer.body["problems"][0]["field"] == "domain"


def test_recipients_are_read_page_by_page(as_role: AsRole) -> None:
    viewer, seen, query = as_role("viewer"), [], "?limit=25"
    while True:
        page = viewer.get(f"/v1/campaigns/c1/recipients{query}").body
        seen += [one["member_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=25&cursor={page['next_cursor']}"
    assert sorted(seen) == MEMBERS


def test_recipients_by_status(as_role: AsRole) -> None:
    excluded = as_role().get("/v1/campaigns/c1/recipients?limit=100&status=excluded&reason=no_consent").body["items"]
    assert excluded
    assert {(one["status"], one["reason"]) for one in excluded} == {("excluded", "no_consent")}
    assert as_role().get("/v1/campaigns/c1/recipients?status=lost").status == 422


def test_cursor_of_another_filter_is_refused(as_role: AsRole) -> None:
    cursor = as_role().get("/v1/campaigns/c1/recipients?limit=5").body["next_cursor"]
    assert as_role().get(f"/v1/campaigns/c1/recipients?status=sent&cursor={cursor}").status == 422


def test_one_members_story(as_role: AsRole) -> None:
    story = as_role("viewer").get(f"/v1/campaigns/c1/recipients/{MEMBERS[0]}").body
    assert story["id"] == f"c1-{MEMBERS[0]}"
    assert story["timeline"][0]["event"] == "planned"
    missing = as_role("viewer").get("/v1/campaigns/c1/recipients/nobody")
    assert missing.status == 404
    assert "planning is over" in missing.body["detail"]
    assert as_role(tenant="t2").get(f"/v1/campaigns/c1/recipients/{MEMBERS[0]}").status == 404


def test_tenant_may_pause_earlier_than_the_platform_wants_and_never_later(as_role: AsRole) -> None:
    platform, admin = as_role("platform"), as_role("admin")
    platform.post("/v1/tenants", {"id": "t1", "name": "Gym"})
    refused = admin.patch("/v1/settings", {"pause_at_bounce_rate": 0.06, "version": 1})
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "pause_at_bounce_rate")
    stricter = admin.patch("/v1/settings", {"pause_at_bounce_rate": 0.02, "version": 1})
    assert (stricter.status, stricter.body["pause_at_bounce_rate"]) == (200, 0.02)
    assert admin.patch("/v1/tenant", {"bounce_rate_limit": 0.08, "version": 2}).status == 422
    looser = platform.patch("/v1/tenants/t1", {"bounce_rate_limit": 0.08, "version": 2})
    assert (looser.status, looser.body["bounce_rate_limit"]) == (200, 0.08)
    assert admin.patch("/v1/settings", {"pause_at_bounce_rate": 0.06, "version": 3}).status == 200
    # A platform limit below the tenant's own leaves that without a meaning.
    assert platform.patch("/v1/tenants/t1", {"bounce_rate_limit": 0.03, "version": 4}).status == 200
    assert admin.get("/v1/settings").body["pause_at_bounce_rate"] is None
