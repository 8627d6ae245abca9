"""What is said about a draft before it goes out, and people who work on the same thing at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.tenant import Answer, Tenant

_LINK = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
_AT_ONCE = 4


@pytest.fixture(scope="module")
def desk(laptop: LaptopStack, provider: SimulatorClient) -> Tenant:
    """A tenant that writes and reviews, and sends nothing."""
    tenant = Tenant(laptop, provider, "desk")
    tenant.has_people(1)
    return tenant


def _at_once(ask: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(_AT_ONCE) as people:
        return list(people.map(ask, range(_AT_ONCE)))


def test_a_rejection_tells_the_author_why_and_only_what_was_seen_is_approved(desk: Tenant) -> None:
    campaign = desk.drafts()
    first = campaign.act("submit", "editor")["submitted_hash"]
    rejected = campaign.act("reject", "approver", {"feedback": "Too long, and the price is missing"})
    assert (rejected["status"], rejected["feedback"]) == ("draft", "Too long, and the price is missing")
    change = {"content_subject": "Ten weeks for 80", "version": rejected["version"]}
    desk.api.call("PATCH", campaign.path, "editor", change)
    second = campaign.act("submit", "editor")
    assert second["feedback"] is None
    refused = desk.answer("POST", f"{campaign.path}/approve", "approver", {"submitted_hash": first})
    assert refused.status == 409, refused
    shown = desk.api.get(f"{campaign.path}/submission")
    assert (shown["submitted_hash"], shown["content_subject"]) == (second["submitted_hash"], "Ten weeks for 80")
    assert campaign.act("approve", "approver", {"submitted_hash": shown["submitted_hash"]})["status"] == "approved"
    moves = [(one["action"], one["reason"]) for one in desk.api.get(f"{campaign.path}/history")["items"]]
    assert ("reject", "Too long, and the price is missing") in moves


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"content_html": "<p>Hello</p>"}, {"missing_unsubscribe": "error"}),
        ({"content_html": "<p>Hello</p><!-- {{ unsubscribe_url }} -->"}, {"missing_unsubscribe": "error"}),
        ({"content_subject": ""}, {"empty_subject": "error"}),
        (
            {
                "content_subject": "x" * 151,
                "content_html": _LINK + '<img src="https://x.example/a.png">' + "x" * 105_000,
            },
            {"long_subject": "warning", "image_without_alt": "warning", "over_102_kb": "warning"},
        ),
    ],
)
def test_the_preflight_says_what_is_wrong_with_the_content(desk: Tenant, fields: Json, found: dict[str, str]) -> None:
    campaign = desk.drafts(**fields)
    preflight = campaign.act("preflight", "editor")
    about_content = {one["code"]: one["severity"] for one in preflight["findings"] if one["code"] != "empty_audience"}
    assert about_content == found
    submitted = desk.answer("POST", f"{campaign.path}/submit", "editor", {})
    errors = [code for code, severity in found.items() if severity == "error"]
    assert submitted.status == (409 if errors else 200), submitted
    assert [one["code"] for one in submitted.body.get("findings", [])] == errors


def test_what_the_preflight_finds_refuses_to_submit_until_it_is_accepted_by_name(desk: Tenant) -> None:
    body = '<p>Until {{ offer_end }}</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>'
    needs = {"variables_json": {"offer_end": {"type": "string", "required": True}}}
    template = desk.api.post("/v1/templates", {"name": "Offer", "body_template": body, **needs}, "editor")
    campaign = desk.drafts(template_id=template["id"], content_html="")
    refused = desk.answer("POST", f"{campaign.path}/submit", "editor", {})
    assert (refused.status, refused.body["despite"]) == (409, ["missing_value"]), refused
    assert [(one["code"], one["field"]) for one in refused.body["findings"]] == [("missing_value", "offer_end")]
    unknown = desk.answer("POST", f"{campaign.path}/submit", "editor", {"despite": ["missing_unsubscribe"]})
    assert (unknown.status, unknown.fields) == (422, {"despite[0]"}), unknown
    assert campaign.read()["status"] == "draft"
    assert campaign.act("submit", "editor", {"despite": ["missing_value"]})["despite"] == ["missing_value"]


@pytest.mark.parametrize(
    "fields",
    [
        {"content_html": _LINK + '<a href="www.x.example">Offer</a>'},
        {"content_html": _LINK + '<a href="https://x .example">Offer</a>'},
        {"content_html": _LINK + "{{ price }}"},
        {"content_subject": "{{ member.nickname }}"},
        {"content_body": "{% if member %}"},
    ],
)
def test_what_can_only_be_wrong_is_refused_at_save_with_its_line(desk: Tenant, fields: Json) -> None:
    refused = desk.answer("POST", "/v1/campaigns", "editor", {"name": "C", "sender": desk.sender} | fields)
    assert (refused.status, refused.fields) == (422, set(fields)), refused
    assert [one["line"] for one in refused.body["problems"]] == [1]


def test_one_key_used_at_the_same_time_makes_one_thing(desk: Tenant) -> None:
    same = _at_once(lambda _: desk.answer("POST", "/v1/campaigns", "editor", {"name": "Once"}, key="same"))
    assert {one.status for one in same} == {201}
    assert len({one.body["id"] for one in same}) == 1
    assert Counter(one.headers.get("idempotent-replayed") for one in same) == {None: 1, "true": _AT_ONCE - 1}
    other = _at_once(lambda n: desk.answer("POST", "/v1/campaigns", "editor", {"name": f"C{n}"}, key="other"))
    assert Counter(one.status for one in other) == {201: 1, 422: _AT_ONCE - 1}


def test_of_edits_at_the_same_time_one_is_taken(desk: Tenant) -> None:
    campaign = desk.drafts()
    version = campaign.read()["version"]
    change = {"version": version}
    edits = _at_once(lambda n: desk.answer("PATCH", campaign.path, "editor", change | {"name": f"Edit {n}"}))
    assert Counter(one.status for one in edits) == {200: 1, 409: _AT_ONCE - 1}
    [taken] = [one for one in edits if one.status == 200]
    assert (campaign.read()["name"], campaign.read()["version"]) == (taken.body["name"], version + 1)


def test_an_approval_and_an_edit_at_the_same_time_leave_no_approval_of_the_edited(desk: Tenant) -> None:
    campaign = desk.drafts()
    submitted = campaign.act("submit", "editor")
    approval, change = {"submitted_hash": submitted["submitted_hash"]}, {"version": submitted["version"]}

    def ask(number: int) -> Answer:
        if number % 2:
            return desk.answer("POST", f"{campaign.path}/approve", "approver", approval)
        return desk.answer("PATCH", campaign.path, "editor", change | {"content_subject": f"Edit {number}"})

    answers = _at_once(ask)
    assert {one.status for one in answers} <= {200, 409}
    now = campaign.read()
    assert (now["status"], now["approved_hash"]) in (("draft", None), ("approved", submitted["submitted_hash"]))
    assert (now["status"] == "draft") == now["content_subject"].startswith("Edit")
