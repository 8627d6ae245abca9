"""Moving in: what Mailchimp and Pinpoint export is imported as it is, with every yes and no."""

from __future__ import annotations

from infra.local.demo.api import Json
from infra.paths import ROOT
from tests.e2e.tenant import Tenant

_COUNTS = ("created", "updated", "unchanged", "rejected")


def _imported(tenant: Tenant, kind: str, file: str, **choices: str) -> Json:
    """The job of this example file, with the lines it rejected and the field that each was rejected for."""
    job = tenant.finished_import(tenant.begin_import((ROOT / "examples" / file).read_bytes(), kind, **choices))
    assert job["state"] == "done", job
    lines = tenant.api.pages(f"/v1/imports/{job['id']}/rejected", "editor")
    return job | {"lines": {one["line"]: one["problems"][0]["field"] for one in lines}}


def _members(tenant: Tenant) -> dict[str, Json]:
    return {str(one["email"]).partition("@")[0]: one for one in tenant.api.pages("/v1/members")}


def _may_be_sent_to(tenant: Tenant) -> Json:
    counts: Json = tenant.drafts().act("preflight", "editor")["counts"]
    return counts


def test_an_audience_of_mailchimp_comes_with_its_unsubscribed_and_cleaned(tenant: Tenant) -> None:
    subscribed = _imported(tenant, "mailchimp", "mailchimp_subscribed.csv", contact_status="subscribed")
    assert [subscribed[name] for name in _COUNTS] == [3, 0, 0, 1]
    assert subscribed["lines"] == {4: "email"}
    for file in ("mailchimp_unsubscribed.csv", "mailchimp_cleaned.csv"):
        assert _imported(tenant, "mailchimp", file)["created"] == 1
    found = _members(tenant)
    consent = {name: one["consent"]["email"]["status"] for name, one in found.items() if one["consent"]}
    assert consent == {"anna": "granted", "ben": "granted", "carla": "denied"}, "zoe's line says nothing"
    assert found["anna"]["consent"]["email"]["at"] == "2024-03-04T10:05:00.000Z"
    assert found["anna"]["tags"] == ["VIP", "Yoga class"]
    assert found["dora"]["suppression"]["email"]["reason"] == "hard_bounce"
    counts = _may_be_sent_to(tenant)
    assert (counts["will_get"], sum(counts["excluded"].values())) == (2, 3)
    again = _imported(tenant, "mailchimp", "mailchimp_subscribed.csv", contact_status="subscribed")
    assert [again[name] for name in _COUNTS] == [0, 0, 3, 1]
    assert _members(tenant) == found


def test_endpoints_of_pinpoint_become_one_member_per_user_in_either_format(tenant: Tenant) -> None:
    lines = _imported(tenant, "pinpoint_csv", "pinpoint_endpoints.csv")["lines"]
    assert lines == {4: "id", 6: "ChannelType", 7: "OptOut"}
    anna = _members(tenant)["anna"]
    assert (anna["external_id"], anna["phone"], anna["first_name"]) == ("user-1", "+4915112345678", "Anna")
    assert {channel: one["status"] for channel, one in anna["consent"].items()} == {"email": "granted", "sms": "denied"}
    assert _may_be_sent_to(tenant)["will_get"] == 1, "an inactive endpoint has agreed to nothing"
    again = _imported(tenant, "pinpoint_jsonl", "pinpoint_endpoints.jsonl")
    assert (again["created"], again["lines"]) == (0, {3: "id", 5: "ChannelType", 6: "OptOut"})
    assert _members(tenant)["anna"]["consent"] == anna["consent"]


def test_a_file_of_another_kind_is_refused_as_a_whole(tenant: Tenant) -> None:
    for kind in ("mailchimp", "pinpoint_csv"):
        job = tenant.finished_import(tenant.begin_import(b"name,age\nanna,7\n", kind))
        assert (job["state"], job["created"]) == ("failed", 0)
        assert "export of" in job["failure"]
