"""A broadcast from the uploaded file to the report, and what keeps it from being done twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e import member_files
from tests.e2e.campaign import SentCampaign, headers_in
from tests.e2e.tenant import Tenant

_TEMPLATE: Json = {
    "name": "Letter",
    "header_html": "<h1>{{ tenant.name }}</h1>",
    "body_template": '<p>Hello {{ member.first_name }}, until {{ offer_end }}: <a href="https://x.example/o">offer</a></p>',
    "footer_html": '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a> <a href="{{ view_url }}">Browser</a></p>',
    "variables_json": {"offer_end": {"type": "string", "required": True}},
}
_EXCLUDED = {"no_consent": 2, "duplicate_address": 1}


def _rejected(tenant: Tenant, import_id: str) -> dict[int, list[Json]]:
    lines = tenant.api.pages(f"/v1/imports/{import_id}/rejected", "editor")
    return {line["line"]: line["problems"] for line in lines}


def _content_of(members: list[Json]) -> list[Json]:
    return sorted(members, key=lambda one: str(one["id"]))


def test_rejected_lines_are_reported_and_the_others_imported(tenant: Tenant) -> None:
    job = tenant.finished_import(tenant.begin_import(member_files.content()))
    good, bad = member_files.good_ids(), member_files.rejected()
    assert (job["state"], job["created"], job["rejected"]) == ("done", len(good), len(bad)), job
    assert (job["lines_done"], job["lines_total"]) == (len(good) + len(bad),) * 2
    assert (job["bytes_done"], job["bytes_total"]) == (len(member_files.content()),) * 2
    found = _rejected(tenant, job["id"])
    assert {line: problems[0]["field"] for line, problems in found.items()} == bad
    assert all(problem["message"] for problems in found.values() for problem in problems)
    assert list(found) == sorted(found)
    assert {one["id"] for one in tenant.api.pages("/v1/members")} == good


def test_the_same_file_again_changes_nothing(tenant: Tenant) -> None:
    tenant.finished_import(tenant.begin_import(member_files.content()))
    before = _content_of(list(tenant.api.pages("/v1/members")))
    again = tenant.finished_import(tenant.begin_import(member_files.content()))
    counts = {name: again[name] for name in ("created", "updated", "unchanged", "rejected")}
    unchanged, rejected = len(member_files.good_ids()), len(member_files.rejected())
    assert counts == {"created": 0, "updated": 0, "unchanged": unchanged, "rejected": rejected}
    assert _content_of(list(tenant.api.pages("/v1/members"))) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"1,anna@example.com,Anna\n2,ben@example.com,Ben\n", "first line"),
        ("id,email\n1,a@example.com\n".encode("utf-16"), "UTF-16"),
        (b"id,email,shoe size\n1,a@example.com,42\n", "shoe"),
        (b"first_name,last_name\nAnna,K\n", "id, external_id and email"),
        (b"id,email" + b"x" * 10_000_000, "first line"),
    ],
    ids=["empty", "no-header", "utf-16", "unknown-column", "no-key", "one-line-of-10-MB"],
)
def test_an_unusable_file_fails_with_the_reason(tenant: Tenant, content: bytes, words: str) -> None:
    job = tenant.finished_import(tenant.begin_import(content))
    assert (job["state"], job["created"]) == ("failed", 0)
    assert words in job["failure"]
    assert list(tenant.api.pages("/v1/members")) == []


@dataclass(frozen=True)
class Letter:
    """A broadcast that was sent to everybody in the file, with what its preflight foretold."""

    tenant: Tenant
    campaign: SentCampaign
    preflight: Json


@pytest.fixture(scope="module")
def letter(laptop: LaptopStack, provider: SimulatorClient) -> Letter:
    """The broadcast, after everybody has reacted to it; the identity held at every poll."""
    tenant = Tenant(laptop, provider, "letter")
    tenant.finished_import(tenant.begin_import(member_files.content()))
    template = tenant.api.post("/v1/templates", _TEMPLATE, "editor")
    values = {"offer_end": "31 March"}
    campaign = tenant.drafts(template_id=template["id"], content_html="", content_values=values)
    preflight = campaign.act("preflight", "editor")
    return Letter(tenant, campaign.sends().ends().agrees(), preflight)


def test_the_preflight_foretells_who_gets_it(letter: Letter) -> None:
    people = len(member_files.good_ids())
    reached = people - sum(_EXCLUDED.values())
    assert letter.preflight["counts"] == {
        "matched": people,
        "will_get": reached,
        "deferred": 0,
        "excluded": _EXCLUDED,
        "segments": {},
        "left_out": {},
    }
    assert letter.preflight["cost"]["total"] > 0
    assert [one for one in letter.preflight["findings"] if one["severity"] == "error"] == []
    assert len(letter.campaign.messages()) == reached


def test_the_report_says_what_happened_to_everybody(letter: Letter) -> None:
    stats = letter.campaign.figures()
    people = len(member_files.good_ids())
    assert (stats["status"], stats["targeted"], stats["pending"]) == ("sent", people, 0)
    assert stats["excluded_by_reason"] == _EXCLUDED
    assert (stats["bounced"], stats["complained"], stats["failed"]) == (1, 1, 0)
    assert min(stats[name] for name in ("opened", "clicked", "machine_opened")) > 0
    assert letter.campaign.read()["stats_sent"] == stats["sent"]


def test_every_message_can_be_answered_for(letter: Letter, laptop: LaptopStack) -> None:
    tenant, campaign = letter.tenant, letter.campaign
    tags = {"tenant": tenant.id, "campaign": campaign.id, "attempt": "1"}
    for sent in campaign.messages():
        message = tenant.provider.message(sent.message_id)
        headers = headers_in(message)
        link = headers["List-Unsubscribe"].strip("<>")
        assert headers["List-Unsubscribe"] == f"<{link}>"
        assert link.startswith(f"{laptop.api_url}/u/")
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert set(sent.tags) >= {"tenant", "campaign", "batch", "attempt", "member"}
        assert {name: sent.tags[name] for name in tags} == tags
        for part in (message["html"], message["text"]):
            assert f"Zoë {sent.tags['member']}" in part
            assert link in part
            assert "{{" not in part
        assert (sent.sender, sent.configuration_set) == (tenant.sender, "ariia-local-tracked")


def test_one_member_has_a_story(letter: Letter) -> None:
    story = letter.tenant.api.get(f"{letter.campaign.path}/recipients/g0002")
    assert story["status"] == "clicked"
    told = ("planned", "sent", "delivered", "opened", "clicked")
    assert tuple(one["event"] for one in story["timeline"] if one["event"] in told) == told
    assert letter.tenant.answer("GET", f"{letter.campaign.path}/recipients/nobody", "viewer").status == 404


def test_untracked_campaigns_use_the_untracked_configuration_set(tenant: Tenant) -> None:
    tenant.has_members([{"id": "m1", "email": "curious+open+click@example.com"}])
    campaign = tenant.drafts(track_opens=False, track_clicks=False).sends().ends().agrees()
    assert [message.configuration_set for message in campaign.messages()] == ["ariia-local-untracked"]
    assert campaign.figures()["opened"] == 0


def test_a_repeated_creation_makes_nothing_twice(tenant: Tenant) -> None:
    bodies: dict[str, Json] = {
        "/v1/campaigns": {"name": "Once"},
        "/v1/templates": {"name": "Once", "body_template": "<p>Hello</p>"},
        "/v1/members": {"email": "once@example.com"},
        "/v1/imports": {"format": "csv"},
    }
    for path, body in bodies.items():
        first, again = (tenant.answer("POST", path, "editor", body, key="the-same") for _ in range(2))
        assert (first.status, again.status) == (201, 201), (first, again)
        assert first.body["id"] == again.body["id"]
        assert again.headers["idempotent-replayed"] == "true"
        other: dict[str, Any] = body | ({"format": "jsonl"} if "format" in body else {"first_name": "Other"})
        other = other if path in ("/v1/members", "/v1/imports") else body | {"name": "Another"}
        assert tenant.answer("POST", path, "editor", other, key="the-same").status == 422
        assert len(list(tenant.api.pages(path))) == 1


def test_a_change_based_on_an_old_version_is_refused(tenant: Tenant) -> None:
    campaign = tenant.drafts()
    version = campaign.read()["version"]
    change = {"name": "Better", "version": version}
    assert tenant.answer("PATCH", campaign.path, "editor", change).status == 200
    stale = tenant.answer("PATCH", campaign.path, "editor", {"name": "Worse", "version": version})
    assert stale.status == 409
    assert tenant.answer("PATCH", campaign.path, "editor", {"name": "Worse"}).status == 428
    assert campaign.read()["name"] == "Better"


def test_an_impossible_action_names_the_possible_ones(tenant: Tenant) -> None:
    campaign = tenant.drafts()
    for action in ("send", "pause", "resume", "retry"):
        refused = tenant.answer("POST", f"{campaign.path}/{action}", "admin", {})
        assert refused.status == 409, refused
        assert refused.body["actions"] == tenant.api.get(campaign.path, "admin")["actions"]
        assert refused.body["actions"] == ["edit", "submit", "cancel"]
    assert campaign.read()["status"] == "draft"


def test_what_is_deleted_is_gone(tenant: Tenant) -> None:
    tenant.has_people(1)
    template = tenant.api.post("/v1/templates", {"name": "T", "body_template": "<p>Hello</p>"}, "editor")
    url, role = f"{tenant.laptop.api_url}/v1/templates/{template['id']}", tenant.laptop.token("editor", tenant.id)
    headers = {"authorization": f"Bearer {role}", "if-match": '"1"'}
    assert requests.delete(url, headers=headers, timeout=30).status_code == 204
    assert requests.get(url, headers=headers, timeout=30).status_code == 404
    for path in ("/v1/members/m0000", f"/v1/senders/{tenant.domain}"):
        assert tenant.answer("DELETE", path, "admin").status == 204
        assert tenant.answer("GET", path, "admin").status == 404


def test_an_edit_revokes_the_approval(tenant: Tenant) -> None:
    campaign = tenant.drafts().approved("empty_audience")
    version = campaign.read()["version"]
    tenant.api.call("PATCH", campaign.path, "editor", {"content_subject": "Other news", "version": version})
    assert campaign.read()["status"] == "draft"
    assert tenant.answer("POST", f"{campaign.path}/send", "approver", {}).status == 409
