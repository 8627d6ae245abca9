"""Members and imports over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from ariia.services.consent.member_consent import MemberConsent
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports
from ariia.services.imports.range import RangeImport
from ariia.services.members.listing import MemberListing
from ariia.services.members.members import Members
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.auth import GRANTS, Permission, Role
from functions.api.gate.routing import RouteTable
from functions.api.imports import routes as imports
from functions.api.members import routes as members
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.schedules import MemorySchedules
from tests.doubles.tenants import MemoryTenants
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Answered, Client, claims


class Api:
    def __init__(self) -> None:
        self.store, self.jobs, self.uploads = MemoryMembers(), MemoryJobs(), MemoryUploads()
        self.clock, self.queue = ManualClock(), MemoryRangeWork()
        ids = CountingIds("new")
        self.tenants, self.schedules = MemoryTenants(), MemorySchedules()
        self.double_opt_in = any_double_opt_in(self.tenants, self.schedules, self.clock)
        services = SimpleNamespace(
            members=Members(self.store, self.jobs, self.double_opt_in, self.clock, ids),
            member_consent=MemberConsent(self.store, self.double_opt_in, self.clock),
            member_listing=MemberListing(self.store, 16),
            imports=Imports(self.jobs, self.uploads, self.double_opt_in, self.clock, ids),
        )
        operations = [*members.routes.operations, *imports.routes.operations]
        self.application = Application(RouteTable(operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: services

    def as_role(self, role: str = "editor", tenant: str = "gym") -> Client:
        return Client(self.application.answer, claims(tenant, role))

    def put(self, member_id: str = "anna", body: dict[str, Any] | None = None, **headers: str) -> Answered:
        return self.as_role().call("PUT", f"/v1/members/{member_id}", body or {}, **headers)

    def work(self, key: str) -> None:
        ImportCutting(self.jobs, self.uploads, self.queue, self.clock, lanes=16, range_records=2).run(key)
        worker = RangeImport(self.jobs, self.uploads, self.store, self.double_opt_in, self.queue, self.clock, lanes=16)
        while self.queue.tasks:
            worker.run(self.queue.tasks.pop(), stop_at=self.clock.now() + 1)


@pytest.fixture
def api() -> Api:
    return Api()


def test_member_is_created_read_changed_and_deleted(api: Api) -> None:
    body = {"email": "Anna@Example.com", "tags": ["yoga"], "consent": {"email": {"status": "granted"}}}
    made = api.put(body=body)
    assert (made.status, made.headers["ETag"], made.headers["Location"]) == (201, '"1"', "/v1/members/anna")
    assert made.body["email"] == "Anna@example.com"
    noted = {"status": "granted", "source": "api", "at": "2027-01-15T08:00:00.000Z", "proof": {}, "by": "anna"}
    assert made.body["consent"]["email"] == noted
    assert api.as_role("viewer").get("/v1/members/anna").body == made.body

    changed = api.put(body={"first_name": "Anna", "version": 1})
    assert (changed.status, changed.body["version"], changed.body["tags"]) == (200, 2, ["yoga"])
    assert api.put(body={"first_name": "Ann"}, If_Match='"1"').status == 409
    assert api.as_role().delete("/v1/members/anna", If_Match='"1"').status == 409
    assert api.as_role().delete("/v1/members/anna").status == 204
    assert api.as_role().get("/v1/members/anna").status == 404


def test_creation_is_repeatable_by_key(api: Api) -> None:
    first = api.as_role().post("/v1/members", {"first_name": "Anna"}, Idempotency_Key="k1")
    again = api.as_role().post("/v1/members", {"first_name": "Anna"}, Idempotency_Key="k1")
    other = api.as_role().post("/v1/members", {"first_name": "Ben"}, Idempotency_Key="k1")

    assert (first.status, again.status, again.body, other.status) == (201, 201, first.body, 422)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.as_role().post("/v1/members", {"id": first.body["id"]}).status == 409


def test_bad_fields_are_named(api: Api) -> None:
    answered = api.put(body={"email": "nobody", "timezone": "Mars/Base", "attributes": {"a b": 1}})
    assert answered.status == 422
    assert {problem["field"] for problem in answered.body["problems"]} == {"email", "timezone", "attributes.a b"}

    for body in ({"birthday": "x"}, {"tags": "yoga"}, {"consent": {"pigeon": {"status": "granted"}}}, {"id": "x"}):
        assert api.put(body=body).status == 422, body


@pytest.mark.parametrize("role", ["viewer", "agent", "approver"])
def test_who_may_only_read_changes_nothing(api: Api, role: str) -> None:
    api.put()
    client = api.as_role(role)
    assert client.get("/v1/members/anna").status == 200
    assert client.get("/v1/imports").status == 200
    for method, path, body in (
        ("POST", "/v1/members", {}),
        ("PUT", "/v1/members/anna", {}),
        ("DELETE", "/v1/members/anna", None),
        ("POST", "/v1/members/anna/tags", {"tags": ["a"]}),
        ("DELETE", "/v1/members/anna/tags/a", None),
        ("PUT", "/v1/members/anna/consent/email", {"status": "granted"}),
        ("POST", "/v1/imports", {"format": "csv"}),
    ):
        assert client.call(method, path, body).status == 403, (method, path)


def test_other_tenants_members_and_imports_are_404(api: Api) -> None:
    api.put()
    job = api.as_role().post("/v1/imports", {"format": "csv"}).body["id"]
    stranger = api.as_role(tenant="club")
    for path in ("/v1/members/anna", f"/v1/imports/{job}", f"/v1/imports/{job}/rejected"):
        assert stranger.get(path).status == 404
    assert stranger.delete("/v1/members/anna").status == 404
    assert stranger.call("PUT", "/v1/members/anna/consent/email", {"status": "granted"}).status == 404
    assert stranger.get("/v1/members").body["items"] == []


@pytest.mark.parametrize("path", ["früh am Tag", "fr%C3%BCh%20am%20Tag"])
def test_tags_are_added_and_removed_by_path(api: Api, path: str) -> None:
    api.put(body={"tags": ["yoga"]})
    added = api.as_role().post("/v1/members/anna/tags", {"tags": ["früh am Tag"]})
    assert added.body["tags"] == ["yoga", "früh am Tag"]

    removed = api.as_role().delete(f"/v1/members/anna/tags/{path}")
    assert (removed.status, removed.body["tags"]) == (200, ["yoga"])


@pytest.mark.parametrize("tag", ["😀 10", "⭐⭐", "a&b=c~(d)"])
def test_tags_of_any_character_are_removed_by_path(api: Api, tag: str) -> None:
    for path in (tag, quote(tag), quote(tag, safe="")):
        api.put(body={"tags": ["yoga", tag]})
        assert api.as_role().delete(f"/v1/members/anna/tags/{path}").body["tags"] == ["yoga"]


def test_path_with_a_control_character_is_refused_and_no_fault_of_ours(api: Api) -> None:
    api.put()
    for path in ("%00", "\0", "a%0Ab"):
        assert api.as_role().delete(f"/v1/members/anna/tags/{path}").status == 422


def test_members_are_listed_by_page_tag_and_address(api: Api) -> None:
    for number in range(7):
        api.put(f"m{number}", {"email": f"m{number % 3}@example.com", "tags": ["odd"] if number % 2 else []})
    listed: list[str] = []
    query = "?limit=3"
    while True:
        page = api.as_role("viewer").get(f"/v1/members{query}").body
        listed += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=3&cursor={page['next_cursor']}"
    assert sorted(listed) == [f"m{number}" for number in range(7)]
    odd = api.as_role().get("/v1/members?tag=odd").body["items"]
    assert sorted(item["id"] for item in odd) == ["m1", "m3", "m5"]
    shared = api.as_role().get("/v1/members?email=M0@example.com").body["items"]
    assert [item["id"] for item in shared] == ["m0", "m3", "m6"]
    assert api.as_role().get(f"/v1/members?tag=odd&{query[1:]}").status == 422


def test_consent_is_noted_per_channel_with_evidence(api: Api) -> None:
    api.put()
    path = "/v1/members/anna/consent/sms"
    body = {"status": "granted", "source": "desk", "at": "2026-03-01T10:00:00+01:00"}
    noted = api.as_role().call("PUT", path, body)
    said = {"status": "granted", "source": "desk", "at": "2026-03-01T09:00:00.000Z"}
    assert noted.body["consent"]["sms"] == {**said, "proof": {}, "by": "anna"}
    assert api.as_role().call("PUT", path, {"status": "denied"}).body["consent"]["sms"]["status"] == "denied"
    assert api.as_role().call("PUT", path, body).body["consent"]["sms"]["status"] == "denied"
    history = api.as_role().get("/v1/members/anna").body["consent_history"]
    assert [(one["channel"], one["status"]) for one in history] == [("sms", "granted"), ("sms", "denied")]
    assert api.as_role().call("PUT", "/v1/members/anna/consent/pigeon", {"status": "denied"}).status == 422


def test_the_address_to_upload_to_is_shown_to_those_only_who_may_edit_members(api: Api) -> None:
    made = api.as_role("editor").post("/v1/imports", {"format": "csv"}, Idempotency_Key="k1")
    again = api.as_role("editor").post("/v1/imports", {"format": "csv"}, Idempotency_Key="k1")
    assert made.body["upload"]["url"] == again.body["upload"]["url"]
    for role in Role:
        may_edit = Permission.EDIT_MEMBERS in GRANTS[role]
        if Permission.READ not in GRANTS[role]:
            continue
        read, listed = api.as_role(role).get(made.headers["Location"]), api.as_role(role).get("/v1/imports")
        assert [read.body["upload"] is not None, listed.body["items"][0]["upload"] is not None] == [may_edit] * 2, role
        assert read.body["state"] == "waiting_for_upload"


def test_import_is_begun_followed_and_its_rejected_lines_are_read(api: Api) -> None:
    made = api.as_role().post("/v1/imports", {"format": "csv", "file_name": "März.csv"}, Idempotency_Key="k1")
    assert (made.status, made.body["state"], made.body["upload"]["method"]) == (201, "waiting_for_upload", "PUT")
    assert made.body["upload"]["headers"] == {"Content-Type": "text/csv"}
    path = made.headers["Location"]
    key = f"imports/gym/{made.body['id']}.csv"
    api.uploads.put(key, b"id,email\nm1,m1@example.com\nm2,bad\nm3,worse\nm4,\nm5,worst\n")
    api.work(key)

    done = api.as_role("viewer").get(path).body
    assert (done["state"], done["lines_total"], done["created"], done["rejected"]) == ("done", 5, 2, 3)
    assert (done["upload"], done["file_name"]) == (None, "März.csv")
    first = api.as_role().get(f"{path}/rejected?limit=2").body
    second = api.as_role().get(f"{path}/rejected?limit=2&cursor={first['next_cursor']}").body
    assert [item["line"] for item in first["items"] + second["items"]] == [3, 4, 6]
    assert second["next_cursor"] is None
    assert first["items"][0]["problems"] == [
        {
            "field": "email",
            "message": "is not a valid e-mail address",
            "value": "bad",
            "allowed": "local@domain.tld (RFC 5321)",
        }
    ]
    assert [item["id"] for item in api.as_role().get("/v1/imports").body["items"]] == [made.body["id"]]


@pytest.mark.parametrize(
    "body", [{}, {"format": "xlsx"}, {"format": "csv", "file_name": "a\nb"}, {"format": "csv", "x": 1}]
)
def test_import_of_an_unknown_kind_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert api.as_role().post("/v1/imports", body).status == 422
