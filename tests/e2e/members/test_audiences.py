"""Who a campaign goes to: segments, lists, exclusions, and what members did with an earlier campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.campaign import SentCampaign
from tests.e2e.tenant import Tenant

_OFFER = '<p><a href="https://x.example/o">Offer</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
# Tags, visits and what the address does.
_MEMBERS: dict[str, tuple[list[str], int, str]] = {
    "anna": (["yoga"], 12, "+open+click"),
    "ben": (["yoga"], 8, "+open"),
    "cleo": (["yoga"], 9, ""),
    "dora": (["trial"], 1, "+click"),
    "emil": (["trial"], 0, "+botopen"),
    "finn": (["trial"], 2, "+bounce"),
    "gina": (["yoga", "staff"], 40, ""),
    "hugo": (["yoga"], 2, ""),
}
_REGULARS = {
    "all": [
        {"field": "tags", "op": "contains", "value": "yoga"},
        {"field": "attributes.visits", "op": "gte", "value": 5},
        {"field": "created_at", "op": "within_last", "value": 1},
        {"not": {"field": "email", "op": "prefix", "value": "nobody"}},
    ]
}


@dataclass(frozen=True)
class Club:
    """A tenant whose members have got a letter, each with a reaction of their own; Ben got another one besides."""

    tenant: Tenant
    letter: SentCampaign
    to_ben: SentCampaign

    def segment(self, name: str, filter_json: Json) -> str:
        """A dynamic segment; gives its id."""
        made = self.tenant.api.post("/v1/segments", {"name": name, "filter_json": filter_json}, "editor")
        return str(made["id"])

    def static(self, name: str, *member_ids: str) -> str:
        """A list of these members; gives its id."""
        made = self.tenant.api.post("/v1/segments", {"name": name, "is_dynamic": False}, "editor")
        self.tenant.api.post(f"/v1/segments/{made['id']}/members", {"add": list(member_ids)}, "editor")
        return str(made["id"])

    def clickers(self) -> Json:
        """A filter: who clicked in the letter."""
        return {"field": f"campaign:{self.letter.id}:clicked", "op": "eq", "value": True}

    def follow_up(self, condition: str, **fields: Any) -> SentCampaign:
        """A follow-up to the letter's recipients, in draft; due at once."""
        about = {"follow_up_of": self.letter.id, "follow_up_condition": condition, "follow_up_after_hours": 0}
        return self.tenant.drafts(type="follow_up", **about | fields)


@pytest.fixture(scope="module")
def club(laptop: LaptopStack, provider: SimulatorClient) -> Club:
    """The club, after everybody has reacted."""
    tenant = Tenant(laptop, provider, "club")
    people = _MEMBERS.items()
    tenant.has_members(
        {"id": one, "email": f"{one}{does}@{tenant.id}.example", "tags": tags, "attributes": {"visits": visits}}
        for one, (tags, visits, does) in people
    )
    letter = tenant.drafts(content_html=_OFFER).sends()
    to_ben = tenant.drafts(target_type="selected", target_filter_json={"member_ids": ["ben"]}).sends()
    return Club(tenant, letter.ends().agrees(), to_ben.ends())


def _reached(campaign: SentCampaign) -> set[str]:
    return {one["member_id"] for one in campaign.recipients() if one["status"] != "excluded"}


def test_a_mistake_in_a_filter_is_refused_with_its_path(club: Club) -> None:
    wrong = {"all": [_REGULARS, {"any": [{"field": "attributes.visits", "op": "within_last", "value": "soon"}]}]}
    refused = club.tenant.answer("POST", "/v1/segments", "editor", {"name": "S", "filter_json": wrong})
    assert (refused.status, refused.fields) == (422, {"filter_json.all[1].any[0].value"}), refused
    assert refused.body["problems"][0]["allowed"]
    nowhere = {"field": "campaign:01k9qjx2v4c1m8r6t5w3y7z0ab:clicked", "op": "eq", "value": True}
    unknown = {"filter_json": {"any": [club.clickers(), {"not": nowhere}]}}
    refused = club.tenant.answer("POST", "/v1/segments/count", "viewer", unknown)
    assert (refused.status, refused.fields) == (422, {"filter_json.any[1].not.field"}), refused


def test_the_published_schema_judges_filters_as_the_api_does(club: Club) -> None:
    schema = Draft202012Validator(club.tenant.api.get("/v1/segments/schema"))
    for filter_json in (_REGULARS, club.clickers(), {"not": _REGULARS}, {"all": []}, {"field": "tags", "op": "gt"}):
        asked = club.tenant.answer("POST", "/v1/segments/count", "viewer", {"filter_json": filter_json})
        assert (asked.status == 200) == schema.is_valid(filter_json), asked


def test_a_segment_is_counted_and_sampled_before_it_is_used(club: Club) -> None:
    path = f"/v1/segments/{club.segment('Regulars', _REGULARS)}"
    count = club.tenant.api.get(f"{path}/count")
    assert (count["status"], count["members"], count["reachable"]) == ("finished", 4, 4)
    assert {one["id"] for one in club.tenant.api.get(f"{path}/sample")["items"]} == {"anna", "ben", "cleo", "gina"}
    bounced = {"filter_json": {"field": "suppression.email.reason", "op": "eq", "value": "hard_bounce"}}
    asked = club.tenant.api.post("/v1/segments/count", bounced, "viewer")
    assert (asked["members"], asked["unreachable"]) == (1, {"suppressed": 1})
    clicked = club.tenant.api.post("/v1/segments/sample", {"filter_json": club.clickers()}, "viewer")
    assert {one["id"] for one in clicked["items"]} == {"anna", "dora"}


def test_what_members_did_lately_is_known_as_soon_as_it_is_reported(club: Club) -> None:
    def count(name: str) -> int:
        asked = {"filter_json": {"field": name, "op": "within_last", "value": 1}}
        return int(club.tenant.api.post("/v1/segments/count", asked, "viewer")["members"])

    everybody_but_finn = len(_MEMBERS) - 1
    assert {name: count(f"last_{name}_at") for name in ("sent", "opened", "clicked", "interaction")} == {
        "sent": everybody_but_finn,
        "opened": 3,
        "clicked": 2,
        "interaction": 3,
    }
    assert count("last_sent_at") == everybody_but_finn


def test_a_campaign_goes_to_two_segments_without_the_excluded(club: Club) -> None:
    regulars, clickers = club.segment("Regulars", _REGULARS), club.segment("Clickers", club.clickers())
    staff = club.static("Staff", "gina")
    campaign = club.tenant.drafts(
        target_type="segment",
        target_filter_json={"segment_ids": [regulars, clickers]},
        exclude={"segment_ids": [staff], "campaign_ids": [club.to_ben.id], "member_ids": ["nobody"]},
    )
    counts = campaign.act("preflight", "editor")["counts"]
    assert (counts["matched"], counts["will_get"]) == (3, 3)
    assert counts["segments"] == {regulars: 4, clickers: 2}
    assert counts["left_out"] == {f"segment:{staff}": 1, f"campaign:{club.to_ben.id}": 1}
    campaign.approved()
    # A dynamic segment is evaluated when the send starts: who came to it since is in.
    club.tenant.api.call("PUT", "/v1/members/hugo", "editor", {"attributes": {"visits": 6}})
    campaign.act("send", "approver")
    campaign.ends().agrees()
    assert _reached(campaign) == {"anna", "cleo", "dora", "hugo"}


def test_nobody_changes_the_lists_of_a_campaign_between_its_review_and_its_audience(club: Club) -> None:
    board, staff = club.static("Board", "anna"), club.static("Staff", "anna", "gina")
    campaign = club.tenant.drafts(
        target_type="segment",
        target_filter_json={"segment_ids": [board]},
        exclude={"segment_ids": [club.static("Nobody", "hugo")]},
    )
    campaign.approved()
    for role in ("agent", "editor", "admin"):
        refused = club.tenant.answer("POST", f"/v1/segments/{board}/members", role, {"add": ["ben", "cleo"]})
        assert (refused.status, campaign.id in refused.body["detail"]) == (409, True), refused
    assert club.tenant.answer("PUT", f"/v1/segments/{board}/members/ben", "agent").status == 409
    assert club.tenant.answer("DELETE", f"/v1/segments/{board}/members/anna", "agent").status == 409
    assert club.tenant.answer("POST", f"/v1/segments/{staff}/members", "agent", {"add": ["ben"]}).status == 200
    campaign.act("send", "approver")
    campaign.ends().agrees()
    assert _reached(campaign) == {"anna"}
    assert club.tenant.answer("POST", f"/v1/segments/{board}/members", "editor", {"add": ["ben"]}).status == 200


def test_follow_ups_go_to_those_who_did_what_they_name(club: Club) -> None:
    reached = {"not_opened": {"cleo", "emil", "gina", "hugo"}, "clicked": {"anna", "dora"}, "failed": set[str]()}
    campaigns = {condition: club.follow_up(condition).sends("empty_audience") for condition in reached}
    for condition, one in campaigns.items():
        assert _reached(one.ends(as_what="sent" if reached[condition] else "failed").agrees()) == reached[condition]
    [finn] = campaigns["failed"].recipients()
    assert (finn["member_id"], finn["reason"]) == ("finn", "suppressed")


def test_a_follow_up_is_not_sent_before_its_hours_are_over(club: Club) -> None:
    campaign = club.follow_up("opened", follow_up_after_hours=48).approved("empty_audience")
    refused = club.tenant.answer("POST", f"{campaign.path}/send", "approver", {})
    assert (refused.status, "due at" in refused.body["detail"]) == (409, True), refused
    assert campaign.act("schedule", "approver")["status"] == "scheduled"
    assert campaign.act("cancel", "approver")["status"] == "cancelled"
