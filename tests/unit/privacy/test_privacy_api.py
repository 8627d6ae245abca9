"""Exports and erasures of members over HTTP."""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.privacy import routes as privacy
from tests.builders import TENANT
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Answered, Client, claims
from tests.unit.privacy.privacy_desk import WHO, PrivacyDesk

EXPORT, ERASURE = f"/v1/members/{WHO}/export", f"/v1/members/{WHO}/erasure"
REASON = {"reason": "member_request"}


class Api:
    def __init__(self) -> None:
        self.desk = PrivacyDesk().knows_annika()
        services = SimpleNamespace(member_exports=self.desk.exports, erasures=self.desk.erasures)
        self.application = Application(RouteTable(privacy.routes.operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: services

    def client(self, role: str = "admin", tenant: str = TENANT) -> Client:
        return Client(self.application.answer, claims(tenant, role, "boss"))

    def erased(self) -> Answered:
        answered = self.client().post(f"/v1/members/{WHO}/erasure", REASON)
        self.desk.live(8)
        return self.client().get(answered.headers["Location"])


@pytest.fixture
def api() -> Api:
    return Api()


def test_an_export_is_a_job_that_ends_with_a_download(api: Api) -> None:
    begun = api.client().post(f"/v1/members/{WHO}/export", Idempotency_Key="k")
    assert (begun.status, begun.body["state"], begun.body["download"]) == (202, "running", None)
    again = api.client().post(EXPORT, Idempotency_Key="k")
    assert (again.body["id"], again.headers["Idempotent-Replayed"]) == (begun.body["id"], "true")
    assert begun.headers["Location"] == f"/v1/exports/{begun.body['id']}"
    api.desk.live(1)
    done = api.client().get(f"/v1/exports/{begun.body['id']}").body
    assert (done["state"], done["messages"], done["requested_by"]) == ("done", 4, "boss")
    assert done["size_bytes"] > 1_000
    assert "archive.zip" in done["download"]["url"]
    assert done["requested_at"] < done["finished_at"] < done["download"]["expires_at"] < done["expires_at"]


def test_an_erasure_is_a_job_that_ends_with_a_proof(api: Api) -> None:
    begun = api.client().post(ERASURE, REASON, Idempotency_Key="k")
    assert (begun.status, begun.body["state"], begun.body["proof"]) == (202, "running", None)
    again = api.client().post(ERASURE, REASON, Idempotency_Key="k")
    assert (again.body["id"], again.headers["Idempotent-Replayed"]) == (begun.body["id"], "true")
    api.desk.live(8)
    done = api.client().get(f"/v1/erasures/{begun.body['id']}").body
    assert (done["state"], done["waits_for"], done["reason"]) == ("done", None, "member_request")
    assert done["proof"]["report"]["erased"]["recipients"] == 2
    assert done["proof"]["report"]["requested_by"] == "boss"
    assert WHO not in json.dumps(done)
    assert api.client().get("/v1/erasures").body == {"items": [done], "next_cursor": None}


def test_whoever_has_the_report_can_check_its_hash(api: Api) -> None:
    proof = api.erased().body["proof"]
    text = json.dumps(proof["report"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == proof["sha256"]


def test_after_an_erasure_there_is_nobody_to_export(api: Api) -> None:
    api.erased()
    assert api.client().post(EXPORT).status == 404
    # Asking for the erasure again gives its proof.
    assert api.client().post(ERASURE, REASON).body["state"] == "done"


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "agent"])
def test_only_admins_may_ask(api: Api, role: str) -> None:
    client = api.client(role)
    answers = [client.post(EXPORT), client.post(ERASURE, REASON), client.get("/v1/exports/x")]
    answers += [client.get("/v1/erasures/x"), client.get("/v1/erasures")]
    assert [one.status for one in answers] == [403] * 5


def test_another_tenants_member_export_and_erasure_do_not_exist(api: Api) -> None:
    export = api.client().post(EXPORT).headers["Location"]
    erasure = api.client().post(ERASURE, REASON).headers["Location"]
    other = api.client(tenant="another")
    answers = [other.post(EXPORT), other.post(ERASURE, REASON), other.get(export), other.get(erasure)]
    assert [one.status for one in answers] == [404] * 4
    assert other.get("/v1/erasures").body["items"] == []


@pytest.mark.parametrize(
    ("body", "field"), [({}, "reason"), ({"reason": "because"}, "reason"), ({**REASON, "note": "she called"}, "note")]
)
def test_a_reason_is_one_of_a_closed_list_and_nothing_is_begun_without(
    api: Api, body: dict[str, Any], field: str
) -> None:
    refused = api.client().post(ERASURE, body)
    assert refused.status == 422
    assert [one["field"] for one in refused.body["problems"]] == [field]
    assert api.desk.world.members.get(TENANT, WHO) is not None


def test_a_key_that_was_used_for_another_reason_is_refused(api: Api) -> None:
    api.client().post(ERASURE, REASON, Idempotency_Key="k")
    assert api.client().post(ERASURE, {"reason": "objection"}, Idempotency_Key="k").status == 422


def test_erasures_are_listed_in_pages(api: Api) -> None:
    for who in ("ben", "cleo", "annie"):
        assert api.client().post(f"/v1/members/{who}/erasure", REASON).status == 202
    first = api.client().get("/v1/erasures?limit=2").body
    second = api.client().get(f"/v1/erasures?limit=2&cursor={first['next_cursor']}").body
    assert len({one["id"] for one in (*first["items"], *second["items"])}) == 3
    assert second["next_cursor"] is None
