"""Who may do what, asked of the deployed API with real tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from infra.local.demo.api import Api
from infra.local.stack import LaptopStack
from tests.e2e.tenant import Tenant

Json = dict[str, Any]
# The platform's own paths: no tenant's role gets in at all.
_PLATFORM = ("/v1/tenants", "/v1/sender-registrations")


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and description of every operation under /v1."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path.startswith("/v1/"):
                yield method.upper(), path, operation


def example_of(document: Json, operation: Json) -> Json | None:
    """The example that the document gives for an operation's body."""
    if "requestBody" not in operation:
        return None
    media = operation["requestBody"]["content"]["application/json"]
    if "examples" in media:
        return dict(next(iter(media["examples"].values()))["value"])
    if "example" in media:
        return dict(media["example"])
    schema = media["schema"]
    schema = next((one for one in schema.get("anyOf", [schema]) if "$ref" in one), schema)
    named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return dict(named["examples"][0])


@pytest.fixture(scope="module")
def document(laptop: LaptopStack) -> Json:
    return dict(requests.get(f"{laptop.api_url}/openapi.json", timeout=30).json())


def test_without_a_token_every_operation_answers_401(laptop: LaptopStack, document: Json) -> None:
    found = {
        f"{method} {path}": requests.request(method, laptop.api_url + path, json={}, timeout=30).status_code
        for method, path, _ in operations(document)
    }
    assert len(found) > 30
    assert {name: status for name, status in found.items() if status != 401} == {}


def test_a_forged_token_answers_401(laptop: LaptopStack) -> None:
    token = laptop.token("viewer", "anybody")
    head, payload, signature = token.split(".")
    for forged in (f"{head}.{payload}.{signature[::-1]}", f"{head}.{payload}.", "nonsense"):
        headers = {"authorization": f"Bearer {forged}"}
        answer = requests.get(f"{laptop.api_url}/v1/campaigns", headers=headers, timeout=30)
        assert answer.status_code == 401


@pytest.mark.parametrize("role", ["viewer", "agent", "editor"])
def test_only_an_approver_approves(tenant: Tenant, role: str) -> None:
    campaign = tenant.drafts()
    submitted = campaign.act("submit", "editor", {"despite": ["empty_audience"]})
    approval = {"submitted_hash": submitted["submitted_hash"]}
    refused = tenant.answer("POST", f"{campaign.path}/approve", role, approval)
    assert (refused.status, refused.headers["content-type"]) == (403, "application/problem+json")
    assert "approver" in refused.body["detail"]
    assert campaign.read()["status"] == "pending_review"
    assert tenant.answer("POST", f"{campaign.path}/approve", "approver", approval).status == 200


@pytest.mark.parametrize("role", ["viewer", "agent", "editor", "approver", "admin"])
def test_only_the_platform_creates_tenants(tenant: Tenant, laptop: LaptopStack, role: str) -> None:
    wanted = {"id": f"{tenant.id}-{role}", "name": "Another"}
    assert tenant.answer("POST", "/v1/tenants", role, wanted).status == 403
    assert Api(laptop, "operators").answer("GET", f"/v1/tenants/{wanted['id']}", "platform").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "agent", "approver", "editor"])
def test_an_import_shows_where_to_upload_to_those_only_who_may_edit_members(tenant: Tenant, role: str) -> None:
    made = tenant.api.post("/v1/imports", {"format": "csv"}, "editor")
    read = tenant.answer("GET", f"/v1/imports/{made['id']}", role).body
    listed = next(one for one in tenant.answer("GET", "/v1/imports", role).body["items"] if one["id"] == made["id"])
    assert read == listed | {"upload": read["upload"]}
    assert [one["upload"] is not None for one in (made, read, listed)] == [True, role == "editor", role == "editor"]


def test_the_platform_role_reads_no_tenants_data(tenant: Tenant) -> None:
    campaign = tenant.drafts()
    assert tenant.answer("GET", campaign.path, "platform").status == 403
    assert tenant.answer("GET", "/v1/members", "platform").status == 403


def test_another_tenants_things_do_not_exist(
    new_tenant: Callable[[str], Tenant], document: Json, laptop: LaptopStack
) -> None:
    ours, theirs = new_tenant("ours"), new_tenant("theirs")
    ours.has_people(2)
    template = ours.api.post("/v1/templates", {"name": "T", "body_template": "<p>Hello</p>"}, "editor")
    campaign = ours.drafts(template_id=template["id"]).approved()
    ours.api.post(f"{campaign.path}/preflight", {}, "editor")
    import_id = ours.api.post("/v1/imports", {"format": "csv"}, "editor")["id"]
    segment = ours.api.post("/v1/segments", {"name": "Chosen", "is_dynamic": False}, "editor")
    ours.api.post(f"/v1/segments/{segment['id']}/members", {"add": ["m0000"]}, "editor")
    test_send = ours.api.post(f"{campaign.path}/test-send", {"addresses": [f"owner@{ours.domain}"]}, "approver")
    suppressed = {"channel": "email", "address": "gone@somewhere.example", "reason": "asked for it"}
    rule = {
        "rrule": "FREQ=DAILY",
        "starts_on": f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}",
        "local_time": "09:00",
    }
    series = ours.api.post("/v1/series", {"name": "News", "rule": rule}, "editor")
    ids = {
        "series_id": series["id"],
        "segment_id": segment["id"],
        "test_send_id": test_send["id"],
        "follow_up_id": ours.follows_up("m0000", 86_400)["id"],
        "suppression_id": ours.api.post("/v1/suppressions", suppressed, "admin")["id"],
        "export_id": ours.api.post("/v1/members/m0000/export", None, "admin")["id"],
        "erasure_id": ours.api.post("/v1/members/m0001/erasure", {"reason": "objection"}, "admin")["id"],
        "campaign_id": campaign.id,
        "template_id": template["id"],
        "member_id": "m0000",
        "import_id": import_id,
        "domain": ours.domain,
        "tag": "yoga",
        "channel": "email",
    }
    readable = [
        f"/v1/campaigns/{campaign.id}",
        f"/v1/templates/{template['id']}",
        "/v1/members/m0000",
        "/v1/senders",
        f"/v1/segments/{segment['id']}/members",
        f"/v1/follow-ups/{ids['follow_up_id']}",
        f"/v1/series/{series['id']}",
        "/v1/suppressions",
    ]
    before = [ours.api.get(path) for path in readable]
    found = {}
    for method, path, operation in operations(document):
        # PUT of a member is the one that creates where there is nothing: in one's own tenant.
        if "{" not in path or path.startswith(_PLATFORM) or (method, path) == ("PUT", "/v1/members/{member_id}"):
            continue
        headers = {"authorization": f"Bearer {laptop.token('admin', theirs.id)}"}
        headers |= {"if-match": '"1"'} if method == "DELETE" else {}
        url, body = laptop.api_url + path.format(**ids), example_of(document, operation)
        found[f"{method} {path}"] = requests.request(method, url, json=body, headers=headers, timeout=30).status_code
    assert len(found) > 20
    assert {name: status for name, status in found.items() if status != 404} == {}
    assert [ours.api.get(path) for path in readable] == before


def test_the_same_member_id_is_another_member_in_another_tenant(new_tenant: Callable[[str], Tenant]) -> None:
    ours, theirs = new_tenant("ours"), new_tenant("theirs")
    ours.has_people(1)
    before = ours.member("m0000")
    made = theirs.answer("PUT", "/v1/members/m0000", "editor", {"first_name": "Somebody else"})
    assert made.status == 201
    assert ours.member("m0000") == before


def test_a_domain_of_another_tenant_cannot_be_added(new_tenant: Callable[[str], Tenant]) -> None:
    ours, theirs = new_tenant("ours"), new_tenant("theirs")
    assert theirs.answer("POST", "/v1/senders", "admin", {"domain": ours.domain}).status == 409
    assert ours.domain not in str(theirs.api.get("/v1/senders"))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/campaigns", {"name": "C"}),
        ("/v1/templates", {"name": "T", "body_template": "<p>Hello</p>"}),
        ("/v1/members", {"id": "m1"}),
        ("/v1/imports", {"format": "csv"}),
        ("/v1/senders", {"domain": "somewhere.example"}),
    ],
)
def test_a_tenant_in_the_body_is_an_unknown_field(tenant: Tenant, path: str, body: Json) -> None:
    refused = tenant.answer("POST", path, "admin", body | {"tenant_id": "somebody-else"})
    assert (refused.status, refused.fields) == (422, {"tenant_id"}), refused
